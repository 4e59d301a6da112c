#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the tests' (and the demo's) bootable images in a directory:
#
#   disk-a.img disk-b.img   boot sector, "BOOTED A" and "BOOTED B"
#   disk-u.img              the same, "BOOTED U", for USB
#   cd-c.iso                El Torito, "BOOTED C"
#   net-n.rom               option ROM for e1000, "BOOTED N"
#   kcs.img                 boot sector that talks to a BMC, see kcs.asm
#   echo.img                boot sector that echoes, see echo.asm
#   uefi-a.img uefi-b.img   FAT with \EFI\BOOT\BOOTX64.EFI, "BOOTED A", "B"
#   uefi-u.img              the same, "BOOTED U"
#   uefi-c.iso              El Torito for UEFI, "BOOTED C"
#
# Usage: make-guests.sh DIRECTORY [bios]
# With "bios" those for UEFI are left out, which need mtools and dosfstools.
set -eu

if [ $# -lt 1 ] || [ "$1" = --help ]; then
    sed -n '4,18s/^# \{0,1\}//p' "$0"
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
work=$(mktemp -d "$out/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A boot sector padded to 1 MiB: IDE wants a disk with some cylinders.
disk() {
    nasm -f bin "-DMARK='$1'" -o "$work/boot.bin" "$here/disk.asm"
    truncate -s 1M "$work/boot.bin"
    mv "$work/boot.bin" "$out/$2"
}

# cd MARK IMAGE: 2 KiB of boot sector in an ISO, without emulation.
cd_bios() {
    mkdir -p "$work/cd"
    nasm -f bin "-DMARK='$1'" -o "$work/cd/boot.bin" "$here/disk.asm"
    xorriso -as mkisofs -quiet -V QEMUBMC -o "$work/cd.iso" -b boot.bin \
        -no-emul-boot -boot-load-size 4 "$work/cd" 2> "$work/log" ||
        { cat "$work/log" >&2; exit 1; }
    mv "$work/cd.iso" "$out/$2"
    rm -rf "$work/cd"
}

# A FAT volume that UEFI's removable media rule boots.
fat() {
    nasm -f bin "-DMARK='$1'" -o "$work/bootx64.efi" "$here/efi.asm"
    rm -f "$work/fat.img"
    mkfs.vfat -C "$work/fat.img" 4096 > /dev/null
    mmd -i "$work/fat.img" ::/EFI ::/EFI/BOOT
    mcopy -i "$work/fat.img" "$work/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
}

disk A disk-a.img
disk B disk-b.img
disk U disk-u.img
cd_bios C cd-c.iso
for name in kcs echo; do
    nasm -f bin -o "$work/$name.img" "$here/$name.asm"
    truncate -s 1M "$work/$name.img"
    mv "$work/$name.img" "$out/$name.img"
done
# SeaBIOS runs a ROM only if its bytes add up to 0.
nasm -f bin -o "$work/net.rom" "$here/netrom.asm"
sum=$(od -An -v -tu1 "$work/net.rom" | tr -s ' ' '\n' |
    awk '{ s += $1 } END { print (256 - s % 256) % 256 }')
# shellcheck disable=SC2059  # the format is the byte
printf "\\$(printf %o "$sum")" |
    dd of="$work/net.rom" bs=1 seek=1023 conv=notrunc status=none
mv "$work/net.rom" "$out/net-n.rom"
[ "${2:-}" = bios ] && exit 0

fat A
mv "$work/fat.img" "$out/uefi-a.img"
fat B
mv "$work/fat.img" "$out/uefi-b.img"
fat U
mv "$work/fat.img" "$out/uefi-u.img"
fat C
mkdir -p "$work/cd"
mv "$work/fat.img" "$work/cd/efi.img"
xorriso -as mkisofs -quiet -V QEMUBMC -o "$work/cd.iso" -e efi.img \
    -no-emul-boot "$work/cd" 2> "$work/log" ||
    { cat "$work/log" >&2; exit 1; }
mv "$work/cd.iso" "$out/uefi-c.iso"
