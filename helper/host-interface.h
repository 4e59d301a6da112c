/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redfish for the guest: the host's side of the host interface. */
#ifndef QEMU_BMC_HOST_INTERFACE_H
#define QEMU_BMC_HOST_INTERFACE_H

#include "bmc/bmc.h"
#include "config.h"
#include "machine/machine-host-interface.h"
#include "redfish/http.h"

/**
 * HostInterface: what was made of the configuration.
 *
 * @machine: for the machine's command line; @machine.program is NULL when
 *           there is none
 */
typedef struct HostInterface {
    MachineHostInterface machine;
    char *program;
    char *socket;
    char *smbios;
} HostInterface;

/**
 * host_interface_init: find out what it takes.
 *
 * @host: filled in
 * @config: the configuration
 * @launched: QEMU is started by us
 */
void host_interface_init(HostInterface *host, const Config *config,
                         bool launched);

/**
 * host_interface_start: listen for the guest, and write the SMBIOS structure
 * for QEMU. Nothing is done where there is no host interface.
 *
 * @host: what it takes
 * @bmc: the hub
 * @http: the server
 * @certificate: (nullable): the service's certificate
 * @errp: as http_server_listen()
 *
 * Returns: true on success
 */
bool host_interface_start(const HostInterface *host, Bmc *bmc,
                          HttpServer *http, GTlsCertificate *certificate,
                          GError **errp);

/**
 * host_interface_clear: free what it holds.
 *
 * @host: what it takes
 */
void host_interface_clear(HostInterface *host);

/**
 * host_interface_connect: copy between standard input and output and a
 * socket, until both are through. QEMU runs that for each connection of the
 * guest's.
 *
 * @path: the socket
 *
 * Returns: exit code
 */
int host_interface_connect(const char *path);

#endif /* QEMU_BMC_HOST_INTERFACE_H */
