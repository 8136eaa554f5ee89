# Runs a command in a mount namespace whose root is DIRECTORY, which must be a mount:
#   change-root.pl DIRECTORY COMMAND…
# Containers get their root by pivot_root(2), and commands that run in them later get the root of their namespace. So changing
# the root of the process is not enough; and in a chroot the root of the namespace is hidden until setns(2) leads back to it.
use strict;
use warnings;

my ($directory, @command) = @ARGV;
# setns, mount, pivot_root and umount2.
my %calls = (x86_64 => [308, 165, 155, 166], aarch64 => [268, 40, 41, 39]);
chomp(my $machine = `uname -m`);
my ($setns, $mount, $pivot_root, $umount2) = @{$calls{$machine} // die "the system call numbers of $machine are unknown\n"};
my ($newns, $all_private, $detach) = (0x20000, 0x4000 | 0x40000, 2);

open(my $namespace, '<', '/proc/self/ns/mnt') or die "/proc/self/ns/mnt: $!\n";
opendir(my $root, $directory) or die "$directory: $!\n";
syscall($setns, fileno($namespace), $newns) == 0 or die "setns: $!\n";
# Otherwise the unmounts below would reach the machine.
my ($none, $top) = ('none', '/');
syscall($mount, $none, $top, 0, $all_private, 0) == 0 or die "mount: $!\n";
chdir($root) or die "$directory: $!\n";
my ($new, $old) = ('.', '.');
syscall($pivot_root, $new, $old) == 0 or die "pivot_root: $!\n";
# The old root is mounted over the new one now.
syscall($umount2, $old, $detach) == 0 or die "umount2: $!\n";
chdir('/') or die "/: $!\n";
exec { $command[0] } @command or die "$command[0]: $!\n";
