/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service with all its resources on the real hub and a mock machine. */
#ifndef QEMU_BMC_TESTS_RF_HUB_H
#define QEMU_BMC_TESTS_RF_HUB_H

#include "bmc-fixture.h"
#include "redfish/rf-events.h"
#include "rf-client.h"

#define HUB_OPERATOR "Basic b3BlcjpwYXNzd29yZA==" /* oper:password */
#define HUB_VIEWER "Basic dmlld2VyOnBhc3N3b3Jk" /* viewer:password */

/**
 * RfHub: what a test needs; the accounts are those of
 * fixture_init_accounts().
 *
 * @fix: the hub
 * @client: the service on it
 * @events: what it tells of
 */
typedef struct RfHub {
    Fixture fix;
    RfClient client;
    RfEvents *events;
} RfHub;

/**
 * rf_hub_new: make a hub and a service.
 *
 * @state: the machine's state
 *
 * Returns: (transfer full): both
 */
RfHub *rf_hub_new(MachineState state);

/**
 * rf_hub_new_with: the same with another configuration.
 *
 * @state: the machine's state
 * @configure: changes it
 *
 * Returns: (transfer full): both
 */
RfHub *rf_hub_new_with(MachineState state,
                       void (*configure)(BmcConfig *config));

/**
 * rf_hub_free: free both.
 *
 * @hub: both, or NULL
 */
void rf_hub_free(RfHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfHub, rf_hub_free)

/**
 * rf_hub_send: a request as somebody.
 *
 * @hub: the hub
 * @authorization: (nullable): the Authorization header: ADMIN,
 *                 HUB_OPERATOR, HUB_VIEWER or another
 * @method: the method
 * @path: the path; a query may follow it
 * @body: (nullable): JSON
 *
 * Returns: (transfer full): the reply
 */
RfReply *rf_hub_send(RfHub *hub, const char *authorization,
                     const char *method, const char *path, const char *body);

/**
 * rf_hub_send_token: a request with a session's token.
 *
 * @hub: the hub
 * @token: (nullable): the X-Auth-Token header
 * @authorization: (nullable): the Authorization header
 * @method: the method
 * @path: the path; a query may follow it
 * @body: (nullable): JSON
 *
 * Returns: (transfer full): the reply
 */
RfReply *rf_hub_send_token(RfHub *hub, const char *token,
                           const char *authorization, const char *method,
                           const char *path, const char *body);

/**
 * rf_hub_login: make a session; must succeed.
 *
 * @hub: the hub
 * @name: the user's name; the password is %FIXTURE_PASSWORD
 * @uri: (nullable) (out) (transfer full): where the session is
 *
 * Returns: (transfer full): its token
 */
char *rf_hub_login(RfHub *hub, const char *name, char **uri);

/**
 * rf_hub_get: GET as the administrator; must succeed.
 *
 * @hub: the hub
 * @path: the path; a query may follow it
 *
 * Returns: (transfer full): the reply
 */
RfReply *rf_hub_get(RfHub *hub, const char *path);

#endif /* QEMU_BMC_TESTS_RF_HUB_H */
