#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# /init of the Linux guest. Says "LINUX-READY" on the first serial port, then
# runs each line that arrives there as a shell command and prints what it
# says, the character 1Eh, its exit status and a newline.
#
# "load NAME..." loads the drivers that are named.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root
/bin/busybox mount -t devtmpfs dev /dev
exec < /dev/ttyS0 > /dev/ttyS0 2>&1
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
stty raw -echo
# The kernel's own words would be mixed with the answers; dmesg has them.
dmesg -n 1

load() {
    for module; do
        insmod "/mod/$module.ko" || return
    done
}

# wait_for FILE: up to five seconds
wait_for() {
    n=0
    while [ ! -e "$1" ]; do
        n=$((n + 1))
        [ $n -le 50 ] || return 1
        sleep 0.1
    done
}

echo LINUX-READY
while read -r line; do
    (eval "$line") < /dev/null
    printf '\036%d\n' $?
done
