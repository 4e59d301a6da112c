/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest agent (qemu-ga) tells of the software in a machine, as
 * data. All of it comes from the guest, which may lie and be hostile: texts
 * and lists are bounded, and what is not as it should be is left out. QEMU's
 * docs/interop/qemu-ga-ref is the specification.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_GUEST_H
#define QEMU_BMC_MACHINE_MACHINE_GUEST_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* Bytes of a text: a name in DNS has at most 253. */
#define MACHINE_GUEST_TEXT_MAX 255
#define MACHINE_GUEST_INTERFACES_MAX 256
/* Of one interface, and of all. */
#define MACHINE_GUEST_ADDRESSES_MAX 64
#define MACHINE_GUEST_ALL_ADDRESSES_MAX 1024
/* Room for an IP address, for a MAC address, and the zero behind it. */
#define MACHINE_GUEST_ADDRESS_SIZE 46
#define MACHINE_GUEST_MAC_SIZE 18

/**
 * MachineGuestAddress: an IP address of the guest.
 *
 * @text: the address, as RFC 5952 has it
 * @v6: it is one of IPv6
 * @prefix: length of the network's prefix
 */
typedef struct MachineGuestAddress {
    char text[MACHINE_GUEST_ADDRESS_SIZE];
    bool v6;
    unsigned prefix;
} MachineGuestAddress;

/**
 * MachineGuestInterface: a network interface that has a MAC address.
 *
 * @mac: the MAC address, in lower case: "52:54:00:12:34:56"
 * @addresses: of MachineGuestAddress
 */
typedef struct MachineGuestInterface {
    char mac[MACHINE_GUEST_MAC_SIZE];
    GArray *addresses;
} MachineGuestInterface;

/**
 * MachineGuestCommand: what is asked.
 */
typedef enum MachineGuestCommand {
    MACHINE_GUEST_HOST_NAME,
    MACHINE_GUEST_OS,
    MACHINE_GUEST_INTERFACES,
    MACHINE_GUEST_COMMAND__MAX,
} MachineGuestCommand;

/**
 * MachineGuest: what was told; what was not is NULL.
 *
 * @host_name: guest-get-host-name: with or without a domain
 * @os_id: guest-get-osinfo: "debian", "mswindows"
 * @os_name: name with version, for people
 * @kernel_release: "6.1.0-32-amd64"
 * @kernel_version: "#1 SMP PREEMPT_DYNAMIC Debian ..."
 * @machine: "x86_64"
 * @interfaces: guest-network-get-interfaces: of MachineGuestInterface
 */
typedef struct MachineGuest {
    char *host_name;
    char *os_id;
    char *os_name;
    char *kernel_release;
    char *kernel_version;
    char *machine;
    GPtrArray *interfaces;
} MachineGuest;

/**
 * MachineGuestOs: kinds of operating systems that can be told apart.
 */
typedef enum MachineGuestOs {
    MACHINE_GUEST_OS_UNKNOWN,
    MACHINE_GUEST_OS_LINUX,
    MACHINE_GUEST_OS_WINDOWS,
    MACHINE_GUEST_OS_BSD,
} MachineGuestOs;

/**
 * machine_guest_free: free what was told.
 *
 * @guest: it, or NULL
 */
void machine_guest_free(MachineGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineGuest, machine_guest_free)

/**
 * machine_guest_equal: compare what was told.
 *
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Returns: true if it is the same
 */
bool machine_guest_equal(const MachineGuest *a, const MachineGuest *b);

/**
 * machine_guest_command_name: the agent's name of a command.
 *
 * @command: the command
 *
 * Returns: "guest-get-host-name", ...
 */
const char *machine_guest_command_name(MachineGuestCommand command);

/**
 * machine_guest_parse_info: read the answer to guest-info: which of the
 * commands the agent has, and may carry out.
 *
 * @value: the answer
 *
 * Returns: bit 1 << MachineGuestCommand for each
 */
unsigned machine_guest_parse_info(JsonNode *value);

/**
 * machine_guest_parse: read the answer to a command.
 *
 * @guest: gets what is told
 * @command: the command
 * @value: the answer
 */
void machine_guest_parse(MachineGuest *guest, MachineGuestCommand command,
                         JsonNode *value);

/**
 * machine_guest_os: what kind of operating system it is.
 *
 * @guest: what was told
 *
 * Returns: the kind
 */
MachineGuestOs machine_guest_os(const MachineGuest *guest);

/**
 * machine_guest_nth_address: go through the addresses of all interfaces that
 * have a MAC address: a bridge, a bond and VLANs have that of the card that
 * they are made of.
 *
 * @guest: (nullable): what was told
 * @mac: the MAC address, in any case
 * @v6: those of IPv6; else of IPv4
 * @n: position, from 0
 *
 * Returns: (transfer none) (nullable): the address, or NULL past the end
 */
const MachineGuestAddress *machine_guest_nth_address(
    const MachineGuest *guest, const char *mac, bool v6, unsigned n);

/**
 * machine_guest_has_interface: whether the guest has an interface with a MAC
 * address.
 *
 * @guest: (nullable): what was told
 * @mac: (nullable): the MAC address, in any case
 *
 * Returns: true if it has
 */
bool machine_guest_has_interface(const MachineGuest *guest, const char *mac);

#endif /* QEMU_BMC_MACHINE_MACHINE_GUEST_H */
