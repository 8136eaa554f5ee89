import { block, optional, optionalBlock, required } from '../../schema/schema.ts';
import { bool, duration, int, list, metricsReceiver, secret, string, uint, uint32 } from '../../schema/types.ts';

const tls = block({
  cert_pem: optional(string),
  key_pem: optional(secret),
  cert_file: optional(string),
  key_file: optional(string),
  client_auth_type: optional(string),
  client_ca_file: optional(string),
  client_ca: optional(string),
  cipher_suites: optional(string),
  min_version: optional(string),
});

/** `prometheus.receive_http` (Alloy 1.18 reference): checked; the engine can't run it. */
export const prometheusReceiveHttpBlock = block({
  http: optionalBlock(
    block({
      listen_address: optional(string),
      listen_port: optional(int),
      conn_limit: optional(int),
      server_read_timeout: optional(duration),
      server_write_timeout: optional(duration),
      server_idle_timeout: optional(duration),
      tls: optionalBlock(tls),
      http2: optionalBlock(
        block({
          enabled: optional(bool),
          max_handlers: optional(int),
          max_concurrent_streams: optional(uint32),
          max_decoder_header_table_size: optional(uint32),
          max_encoder_header_table_size: optional(uint32),
          max_read_frame_size: optional(uint32),
          permit_prohibited_ciphers: optional(bool),
          idle_timeout: optional(duration),
          read_idle_timeout: optional(duration),
          ping_timeout: optional(duration),
          write_byte_timeout: optional(duration),
          max_upload_buffer_per_connection: optional(int),
          max_upload_buffer_per_stream: optional(int),
        }),
      ),
    }),
  ),
  grpc: optionalBlock(
    block({
      listen_address: optional(string),
      listen_port: optional(int),
      conn_limit: optional(int),
      max_connection_age: optional(duration),
      max_connection_age_grace: optional(duration),
      max_connection_idle: optional(duration),
      server_max_recv_msg_size: optional(int),
      server_max_send_msg_size: optional(int),
      server_max_concurrent_streams: optional(uint),
      tls: optionalBlock(tls),
    }),
  ),
  graceful_shutdown_timeout: optional(duration),
  forward_to: required(list(metricsReceiver)),
  append_metadata: optional(bool),
  enable_type_and_unit_labels: optional(bool),
  accepted_remote_write_protobuf_messages: optional(list(string)),
});
