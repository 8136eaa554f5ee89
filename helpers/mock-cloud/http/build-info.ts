/** What the programs answer about their build, in the order of their fields. */
export const BUILD_INFO = {
  version: '3.0.0',
  revision: '',
  branch: 'mock',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};
