#!/bin/sh
# Boots systemd as process 1 of its own namespaces (`__main__.py` makes them): on the files of this machine, under a layer
# in memory that takes all that is written. It starts the journal and nothing else, and cannot change the kernel.
# Arguments: BASE_PYTHON SITE_PACKAGES CHECKOUT, which are shown in /opt, because the service cannot see /home and /root.
set -eu
python=$1 packages=$2 checkout=$3
mount --make-rprivate /
base=/run
mount -t tmpfs -o mode=755 tmpfs $base
root=$base/root
mkdir $base/up $base/work $root
mount -t overlay overlay -o lowerdir=/,upperdir=$base/up,workdir=$base/work $root

mount -t proc proc $root/proc
mount --bind $root/proc/sys $root/proc/sys
mount -o remount,bind,ro $root/proc/sys
mount -t sysfs -o ro sysfs $root/sys
[ -d $root/sys/fs/cgroup ] || { echo "the kernel has no control groups" >&2; exit 2; }
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $root/run
mount -t tmpfs tmpfs $root/tmp
mount -t tmpfs -o mode=755 tmpfs $root/dev
for device in null zero full random urandom tty; do
    touch $root/dev/$device
    mount --bind /dev/$device $root/dev/$device
done
mkdir $root/dev/shm $root/dev/pts
mount -t tmpfs tmpfs $root/dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts $root/dev/pts
ln -s pts/ptmx $root/dev/ptmx
ln -s /proc/self/fd $root/dev/fd

# Only what starts a service: no units, generators and settings of this machine.
rm -rf $root/etc/systemd/system $root/usr/lib/systemd/system-generators $root/usr/lib/systemd/system/*.wants
mkdir -p $root/etc/systemd/system/basic.target.wants
ln -s /usr/lib/systemd/system/systemd-journald.service $root/etc/systemd/system/basic.target.wants/
echo 0123456789abcdef0123456789abcdef >$root/etc/machine-id
rm -rf $root/var/log/journal $root/opt/news-monitor $root/etc/news-monitor

for shown in "python:$python" "packages:$packages" "checkout:$checkout"; do
    mkdir -p $root/opt/unit-run/${shown%%:*}
    mount --bind "${shown#*:}" $root/opt/unit-run/${shown%%:*}
    mount -o remount,bind,ro $root/opt/unit-run/${shown%%:*}
done
ip link set lo up
cd $root
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
mount --make-rshared / # as at a boot: credentials are mounted by a helper, and must reach the service
exec env -i container=unit-run PATH=/usr/bin:/usr/sbin LC_ALL=C.UTF-8 \
    /usr/lib/systemd/systemd --system --unit=basic.target --show-status=no
