/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host interface: options for QEMU, and an SMBIOS structure. */
#include "osdep.h"

#include "machine/machine-host-interface.h"

#include <arpa/inet.h>

#include "machine/machine-flash.h"
#include "machine/machine-launch-priv.h"
#include "util/bytes.h"

#define NETWORK "169.254.95.0/24"
#define NETMASK "255.255.255.0"

/* A slot that neither QEMU nor its usual configurations use. */
#define SLOT 0x17
/* What an e1000e is (QEMU's default subsystem is the device's own). */
#define VENDOR 0x8086
#define DEVICE 0x10d3
#define SUBSYSTEM 0x0000

#define MAC_LEN 6
#define UUID_LEN 16
#define ADDRESS_LEN 16

/* SMBIOS (DSP0134) type 42 and DSP0270's values in it. */
#define TYPE_HOST_INTERFACE 42
#define HANDLE 0x2a00 /* QEMU numbers its own from 0, in hundreds */
#define INTERFACE_NETWORK 0x40
#define DEVICE_PCI_V2 0x05
#define DEVICE_PCI_V2_LEN 0x18
#define NO_HANDLE 0xffff
#define PROTOCOL_REDFISH 0x04
#define ASSIGNMENT_STATIC 0x01
#define ASSIGNMENT_DHCP 0x02
#define FORMAT_IPV4 0x01

/* QEMU's prefix, and what is the machine's. */
static void make_mac(const char *seed, uint8_t mac[MAC_LEN])
{
    static const uint8_t prefix[] = { 0x52, 0x54, 0x00 };
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    uint8_t digest[32];
    gsize len = sizeof(digest);

    g_checksum_update(sum, (const guchar *)"host interface ", -1);
    g_checksum_update(sum, (const guchar *)seed, -1);
    g_checksum_get_digest(sum, digest, &len);
    memcpy(mac, prefix, sizeof(prefix));
    memcpy(mac + sizeof(prefix), digest, MAC_LEN - sizeof(prefix));
}

unsigned machine_host_interface_port(bool tls)
{
    return tls ? 443 : 80;
}

static void add(GPtrArray *argv, const char *option, char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    g_ptr_array_add(argv, value);
}

void machine_host_interface_add(GPtrArray *argv,
                                const MachineHostInterface *host)
{
    g_autofree char *program = g_shell_quote(host->program);
    g_autofree char *socket = g_shell_quote(host->socket);
    g_autofree char *command = g_strdup_printf("%s --connect %s", program,
                                               socket);
    g_autofree char *quoted_command = machine_opts_quote(command);
    g_autofree char *quoted_smbios = machine_opts_quote(host->smbios);
    uint8_t mac[MAC_LEN];

    make_mac(host->seed, mac);
    /*
     * "restrict" leaves the guest nothing but the service, and has DHCP tell
     * it neither of a gateway nor of a name server.
     */
    add(argv, "-netdev", g_strdup_printf(
        "user,id=" MACHINE_HOST_INTERFACE_ID ",restrict=on,ipv6=off,"
        "net=" NETWORK ",dhcpstart=" MACHINE_HOST_INTERFACE_GUEST ","
        "guestfwd=tcp:" MACHINE_HOST_INTERFACE_SERVICE ":%u-cmd:%s",
        machine_host_interface_port(host->tls), quoted_command));
    /* No ROM: nobody boots from it. */
    add(argv, "-device", g_strdup_printf(
        "e1000e,id=" MACHINE_HOST_INTERFACE_ID ",netdev="
        MACHINE_HOST_INTERFACE_ID ",addr=0x%x,romfile=,"
        "mac=%02x:%02x:%02x:%02x:%02x:%02x", SLOT, mac[0], mac[1], mac[2],
        mac[3], mac[4], mac[5]));
    add(argv, "-smbios", g_strdup_printf("file=%s", quoted_smbios));
}

static void put8(GByteArray *out, uint8_t value)
{
    g_byte_array_append(out, &value, 1);
}

static void put16(GByteArray *out, unsigned value)
{
    put8(out, value);
    put8(out, value >> 8);
}

static void put_address(GByteArray *out, const char *text)
{
    uint8_t bytes[ADDRESS_LEN] = { 0 };

    g_assert(inet_pton(AF_INET, text, bytes) == 1);
    g_byte_array_append(out, bytes, sizeof(bytes));
}

/* As SMBIOS has it: the first three fields little-endian. */
static void put_uuid(GByteArray *out, const char *text)
{
    static const uint8_t order[UUID_LEN] = {
        3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15,
    };
    uint8_t bytes[UUID_LEN] = { 0 };
    unsigned n = 0;

    for (; *text && n < 2 * UUID_LEN; text++) {
        if (g_ascii_isxdigit(*text)) {
            bytes[n / 2] = bytes[n / 2] << 4 | g_ascii_xdigit_value(*text);
            n++;
        }
    }
    for (unsigned i = 0; i < UUID_LEN; i++) {
        put8(out, bytes[order[i]]);
    }
}

static void put_device(GByteArray *out, const char *seed)
{
    uint8_t mac[MAC_LEN];

    make_mac(seed, mac);
    put8(out, DEVICE_PCI_V2);
    put8(out, DEVICE_PCI_V2_LEN);
    put16(out, VENDOR);
    put16(out, DEVICE);
    put16(out, VENDOR);
    put16(out, SUBSYSTEM);
    g_byte_array_append(out, mac, sizeof(mac));
    put16(out, 0); /* segment */
    put8(out, 0);  /* bus */
    put8(out, SLOT << 3);
    put16(out, 0); /* no credential bootstrapping */
    put16(out, NO_HANDLE);
}

static void put_protocol(GByteArray *out, const char *uuid, bool tls)
{
    put_uuid(out, uuid);
    put8(out, ASSIGNMENT_DHCP);
    put8(out, FORMAT_IPV4);
    put_address(out, MACHINE_HOST_INTERFACE_GUEST);
    put_address(out, NETMASK);
    put8(out, ASSIGNMENT_STATIC);
    put8(out, FORMAT_IPV4);
    put_address(out, MACHINE_HOST_INTERFACE_SERVICE);
    put_address(out, NETMASK);
    put16(out, machine_host_interface_port(tls));
    put16(out, 0); /* no VLAN; four bytes */
    put16(out, 0);
    put8(out, strlen(MACHINE_HOST_INTERFACE_SERVICE) + 1);
    g_byte_array_append(out,
                        (const guint8 *)MACHINE_HOST_INTERFACE_SERVICE,
                        strlen(MACHINE_HOST_INTERFACE_SERVICE) + 1);
}

GBytes *machine_host_interface_smbios(const char *seed, const char *uuid,
                                      bool tls)
{
    g_autoptr(GByteArray) protocol = g_byte_array_new();
    GByteArray *out = g_byte_array_new();

    put_protocol(protocol, uuid, tls);
    put8(out, TYPE_HOST_INTERFACE);
    put8(out, 0); /* the structure's length, set below */
    put16(out, HANDLE);
    put8(out, INTERFACE_NETWORK);
    put8(out, DEVICE_PCI_V2_LEN);
    put_device(out, seed);
    put8(out, 1); /* protocols */
    put8(out, PROTOCOL_REDFISH);
    put8(out, protocol->len);
    g_byte_array_append(out, protocol->data, protocol->len);
    out->data[1] = out->len;
    put16(out, 0); /* no strings */
    return g_byte_array_free_to_bytes(out);
}
