#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes a Linux guest for the tests in a directory:
#
#   vmlinuz     the kernel of Debian's linux-image-amd64
#   initrd      busybox, ipmitool, FreeIPMI, curl, dmidecode, qemu-ga, the
#               kernel's drivers for IPMI, virtio-serial, disks and one
#               network card, and linux-init.sh, which runs what the serial
#               port tells it
#
# The packages are downloaded with apt, as any user, and not installed. A
# directory that is up to date is left alone.
#
# Usage: make-linux.sh DIRECTORY
#
# The cloud kernel (linux-image-cloud-amd64) would be smaller, but has no IPMI.
set -eu

if [ $# -ne 1 ] || [ "$1" = --help ]; then
    sed -n '4,16s/^# \{0,1\}//p' "$0"
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)

die() {
    echo "make-linux.sh: $1" >&2
    exit 1
}

# Tests that need it run side by side; one makes it.
exec 9> "$out/lock"
flock 9
stamp=$(cat "$here/make-linux.sh" "$here/linux-init.sh" | sha256sum)
if [ -f "$out/initrd" ] && [ "$(cat "$out/stamp" 2> /dev/null)" = "$stamp" ]
then
    exit 0
fi
rm -f "$out/stamp"
work=$(mktemp -d "$out/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The system's package lists may be missing or too old to download by, so the
# second try is with lists of our own.
apt_options=
own_lists() {
    lists=$work/apt
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    apt_options="-o Dir::State::Lists=$lists/lists -o Dir::Cache=$lists/cache"
    # shellcheck disable=SC2086 # words
    apt-get -qq $apt_options update 9>&- || die "cannot read the package lists"
}

kernel_package() {
    # shellcheck disable=SC2086 # words
    apt-cache $apt_options depends linux-image-amd64 2> /dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# download PACKAGE: into the current directory
download() {
    # shellcheck disable=SC2086 # words
    apt-get -qq $apt_options -o APT::Sandbox::User=root download "$1" 9>&-
}

# try_download NAME: leaves the package's file in $work/new
try_download() {
    package=$1
    [ "$1" != kernel ] || package=$(kernel_package)
    rm -rf "$work/new"
    mkdir "$work/new"
    [ -n "$package" ] && (cd "$work/new" && download "$package")
}

# fetch NAME PATTERN...: unpack files of a package into $work/NAME
fetch() {
    name=$1
    shift
    if ! try_download "$name"; then
        [ -n "$apt_options" ] || own_lists
        try_download "$name" || die "cannot download $name (is the network \
there, and does /etc/apt name Debian 12's archive?)"
    fi
    mkdir "$work/$name"
    # dpkg-deb -x would also restore owners, which takes a privilege.
    dpkg-deb --fsys-tarfile "$work/new/"*.deb |
        tar -x -C "$work/$name" --no-same-owner --wildcards "$@"
}

fetch kernel './boot/vmlinuz-*' './lib/modules/*/kernel/drivers/*' \
    './lib/modules/*/kernel/block/*' './lib/modules/*/kernel/lib/crc*' \
    './lib/modules/*/kernel/crypto/crct10dif*'
fetch busybox-static ./bin/busybox
fetch freeipmi-bmc-watchdog ./usr/sbin/bmc-watchdog
fetch eject ./usr/bin/eject
fetch dmidecode ./usr/sbin/dmidecode
fetch qemu-guest-agent ./usr/sbin/qemu-ga

root=$work/root
busybox=$work/busybox-static/bin/busybox
mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" \
    "$root/lib" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/mod" \
    "$root/etc/acpi/PWRF" "$root/var/lib/freeipmi" "$root/var/log/freeipmi" \
    "$root/root"
cp "$busybox" "$root/bin/busybox"
cp "$here/linux-init.sh" "$root/init"
chmod 755 "$root/init"

# What the guest agent tells of the operating system.
printf 'ID=testos\nNAME="Test OS"\nPRETTY_NAME="Test OS 1.0"\n' \
    > "$root/etc/os-release"

# FreeIPMI looks up where its cache goes.
echo root:x:0:0:root:/root:/bin/sh > "$root/etc/passwd"

# The power button, as a server's Linux has it.
printf '#!/bin/sh\npoweroff -f\n' \
    > "$root/etc/acpi/PWRF/00000080"
chmod 755 "$root/etc/acpi/PWRF/00000080"

# add PROGRAM...: programs and the libraries they need, in their places
add() {
    for program; do
        [ -e "$program" ] || die "$program is missing (tests/packages.txt)"
        cp -L "$program" "$root/usr/sbin/"
        ldd "$program" 2> /dev/null | grep -o '/[^ ]*' |
            while read -r library; do
                mkdir -p "$root$(dirname "$library")"
                cp -L "$library" "$root$library"
            done
    done
}

add /usr/bin/ipmitool "$work/freeipmi-bmc-watchdog/usr/sbin/bmc-watchdog" \
    "$work/eject/usr/bin/eject"
add /usr/bin/curl "$work/dmidecode/usr/sbin/dmidecode" \
    "$work/qemu-guest-agent/usr/sbin/qemu-ga"
for tool in bmc-config bmc-device bmc-info ipmi-chassis ipmi-config \
    ipmi-chassis-config ipmi-dcmi ipmi-fru ipmi-locate ipmi-pef-config \
    ipmi-raw ipmi-sel ipmi-sensors ipmi-sensors-config ipmipower
do
    add "/usr/sbin/$tool"
done

drivers=$(echo "$work"/kernel/lib/modules/*/kernel/drivers)
for module in char/ipmi/ipmi_msghandler char/ipmi/ipmi_devintf \
    char/ipmi/ipmi_si char/ipmi/ipmi_watchdog char/ipmi/ipmi_poweroff \
    char/ipmi/ipmi_ssif acpi/button input/evdev scsi/scsi_common \
    scsi/scsi_mod cdrom/cdrom scsi/sr_mod ata/libata ata/libahci ata/ahci \
    net/ethernet/intel/e1000e/e1000e char/virtio_console \
    usb/common/usb-common usb/core/usbcore usb/host/xhci-hcd \
    usb/host/xhci-pci usb/storage/usb-storage scsi/sd_mod block/floppy \
    ../block/t10-pi ../lib/crc64 ../lib/crc64-rocksoft ../lib/crc-t10dif \
    ../crypto/crct10dif_common
do
    cp "$drivers/$module.ko" "$root/mod/" || die "no driver $module"
done

# These are part of some kernels.
for module in pps/pps_core ptp/ptp virtio/virtio virtio/virtio_ring \
    virtio/virtio_pci_modern_dev virtio/virtio_pci_legacy_dev \
    virtio/virtio_pci
do
    [ ! -e "$drivers/$module.ko" ] || cp "$drivers/$module.ko" "$root/mod/"
done

# Not compressed: QEMU loads it at once, and without KVM unpacking is slow.
(cd "$root" && find . | "$busybox" cpio -o -H newc > "$work/initrd") 2> \
    "$work/log" || die "$(cat "$work/log")"
mv "$work"/kernel/boot/vmlinuz-* "$out/vmlinuz"
mv "$work/initrd" "$out/initrd"
echo "$stamp" > "$out/stamp"
