/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service on the real hub. */
#include "osdep.h"

#include "rf-hub.h"

RfHub *rf_hub_new(MachineState state)
{
    return rf_hub_new_with(state, NULL);
}

RfHub *rf_hub_new_with(MachineState state,
                       void (*configure)(BmcConfig *config))
{
    RfHub *hub = g_new0(RfHub, 1);

    fixture_init_accounts(&hub->fix, state);
    if (configure) {
        configure(&hub->fix.config);
    }
    fixture_start(&hub->fix);
    hub->client.bmc = hub->fix.bmc;
    hub->client.service = rf_service_new(hub->fix.bmc, rf_families);
    hub->events = rf_events_new(hub->client.service);
    return hub;
}

void rf_hub_free(RfHub *hub)
{
    if (!hub) {
        return;
    }
    rf_events_free(hub->events);
    rf_service_free(hub->client.service);
    fixture_clear(&hub->fix);
    g_free(hub);
}

RfReply *rf_hub_send(RfHub *hub, const char *authorization,
                     const char *method, const char *path, const char *body)
{
    return rf_hub_send_token(hub, NULL, authorization, method, path, body);
}

char *rf_hub_login(RfHub *hub, const char *name, char **uri)
{
    g_autofree char *body = g_strdup_printf(
        "{\"UserName\":\"%s\",\"Password\":\"" FIXTURE_PASSWORD "\"}",
        name);
    g_autoptr(RfReply) reply = rf_hub_send(
        hub, NULL, "POST", "/redfish/v1/SessionService/Sessions", body);

    g_assert_cmpuint(reply->status, ==, 201);
    if (uri) {
        *uri = g_strdup(rf_reply_header(reply, "Location"));
    }
    return g_strdup(rf_reply_header(reply, "X-Auth-Token"));
}

RfReply *rf_hub_send_token(RfHub *hub, const char *token,
                           const char *authorization, const char *method,
                           const char *path, const char *body)
{
    g_autoptr(GBytes) bytes = body ? g_bytes_new(body, strlen(body)) : NULL;
    g_auto(GStrv) parts = g_strsplit(path, "?", 2);
    RfRequest request = {
        .method = method,
        .path = parts[0],
        .query = parts[1],
        .headers = { [RF_HEADER_AUTHORIZATION] = authorization,
                     [RF_HEADER_TOKEN] = token },
        .body = bytes,
        .peer = "192.0.2.1",
    };

    return rf_client_call(&hub->client, &request);
}

RfReply *rf_hub_get(RfHub *hub, const char *path)
{
    RfReply *reply = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_test_message("GET %s: %u", path, reply->status);
    g_assert_cmpuint(reply->status, ==, 200);
    return reply;
}
