/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host interface (DSP0270): a network card of its own through which the
 * guest of a QEMU that we start reaches the BMC's Redfish service, and the
 * SMBIOS structure that tells the guest of it. QEMU's user networking makes
 * that network: there is nothing on it but the service.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_HOST_INTERFACE_H
#define QEMU_BMC_MACHINE_MACHINE_HOST_INTERFACE_H

#include <glib.h>
#include <stdbool.h>

/* QEMU's id of the network and of the network card. */
#define MACHINE_HOST_INTERFACE_ID "bmc-host"
/* Where the guest finds the service; the guest's own address. */
#define MACHINE_HOST_INTERFACE_SERVICE "169.254.95.118"
#define MACHINE_HOST_INTERFACE_GUEST "169.254.95.120"

/**
 * MachineHostInterface: what it takes.
 *
 * @program: run by QEMU for each connection, with "--connect" and @socket; it
 *           copies between its standard input and output and the socket
 * @socket: where the service listens for the guest
 * @smbios: file with the SMBIOS structure
 * @seed: what makes this machine's MAC address another than that of others
 * @tls: the service speaks TLS
 */
typedef struct MachineHostInterface {
    const char *program;
    const char *socket;
    const char *smbios;
    const char *seed;
    bool tls;
} MachineHostInterface;

/**
 * machine_host_interface_port: the service's port for the guest.
 *
 * @tls: it speaks TLS
 *
 * Returns: the port
 */
unsigned machine_host_interface_port(bool tls);

/**
 * machine_host_interface_add: add its options to QEMU's command line.
 *
 * @argv: the command line
 * @host: what it takes
 */
void machine_host_interface_add(GPtrArray *argv,
                                const MachineHostInterface *host);

/**
 * machine_host_interface_smbios: make the SMBIOS structure.
 *
 * @seed: as in MachineHostInterface
 * @uuid: the service's UUID
 * @tls: it speaks TLS
 *
 * Returns: (transfer full): for QEMU's "-smbios file="
 */
GBytes *machine_host_interface_smbios(const char *seed, const char *uuid,
                                      bool tls);

#endif /* QEMU_BMC_MACHINE_MACHINE_HOST_INTERFACE_H */
