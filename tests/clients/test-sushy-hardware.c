/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sushy, as OpenStack Ironic uses it, on all kinds of hardware. */
#include "osdep.h"

#include "test-vm.h"

/* Of many models; one behind a bridge, and some without an id. */
#define MAC(n) "mac=52:54:00:00:00:" n
#define HARDWARE \
    "-M q35,nvdimm=on -m 1G,slots=4,maxmem=8G " \
    "-object memory-backend-ram,id=m0,size=128M -device pc-dimm,memdev=m0 " \
    "-object memory-backend-ram,id=m1,size=64M " \
    "-device nvdimm,id=nv,memdev=m1,label-size=2M " \
    "-smbios type=17,part=part-17 " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device pcie-root-port,id=below,chassis=1,addr=1 " \
    "-device pcie-pci-bridge,id=slots,addr=2 " \
    "-device e1000e,id=n0,bus=below,romfile=," MAC("00") " " \
    "-device e1000,romfile=," MAC("01") " " \
    "-device virtio-net-pci,host_mtu=1400,romfile=," MAC("02") " " \
    "-device rtl8139,id=n3,romfile=," MAC("03") " " \
    "-device qemu-xhci -device usb-net," MAC("04") " " \
    "-device vmxnet3,romfile=," MAC("05") " " \
    "-device pcnet,romfile=," MAC("06") " " \
    "-device ne2k_pci,romfile=," MAC("07") " " \
    "-device tulip," MAC("08") " -device i82559c,romfile=," MAC("09") " " \
    "-device VGA,id=vga0 -device ide-hd,drive=a,serial=IDE1 " \
    "-blockdev null-co,node-name=b,size=536870912,read-zeroes=on " \
    "-device virtio-scsi-pci,id=scsi0 " \
    "-device scsi-hd,drive=b,id=sd0,rotation_rate=1,wwn=0x5000c500a1b2c3d4 " \
    "-blockdev null-co,node-name=c,size=1073741824,read-zeroes=on " \
    "-device nvme,id=nv0,drive=c,serial=NV1 "

static void test_hardware(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *qmp = test_dir_file(lab.dir, "second.sock");
    g_autofree char *args = g_strdup_printf(
        HARDWARE "-qmp unix:%s,server=on,wait=off", qmp);
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    test_lab_start(&lab, args, "A");
    line = g_strdup_printf("/usr/bin/python3 "
                           "%s/tests/clients/sushy-hardware-check.py %s %s",
                           g_getenv("TEST_SOURCE"), lab.bmc->redfish, qmp);
    if (test_run(&out, line) != 0) {
        g_error("sushy: %s", out);
    }
    g_test_message("%s", out);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/sushy/hardware", test_hardware);
    return g_test_run();
}
