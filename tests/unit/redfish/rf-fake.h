/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service on a hub that does what the test says. */
#ifndef QEMU_BMC_TESTS_RF_FAKE_H
#define QEMU_BMC_TESTS_RF_FAKE_H

#include "fake-bmc.h"
#include "rf-client.h"

#define OPERATOR "Basic b3BlcjpvcGVycGFzcw==" /* oper:operpass */
#define VIEWER "Basic dmlldzp2aWV3cGFzcw=="  /* view:viewpass */

/* The tables that need no more of the hub than the fake has. */
extern const RfResource *const rf_fake_families[];

/**
 * rf_client_new: make a service on a new fake hub.
 *
 * Returns: (transfer full): the client
 */
RfClient *rf_client_new(void);

/**
 * rf_client_free: free all of it.
 *
 * @client: the client, or NULL
 */
void rf_client_free(RfClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfClient, rf_client_free)

#endif /* QEMU_BMC_TESTS_RF_FAKE_H */
