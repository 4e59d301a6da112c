/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service on a fake hub. */
#include "osdep.h"

#include "rf-fake.h"

#include "redfish/rf-resource.h"
#include "test-util.h"

const RfResource *const rf_fake_families[] = {
    rf_root_resources,
    rf_systems_resources,
    rf_sensors_resources,
    NULL,
};

RfClient *rf_client_new(void)
{
    RfClient *client = g_new0(RfClient, 1);

    client->bmc = fake_bmc_new();
    client->service = rf_service_new(client->bmc, rf_fake_families);
    return client;
}

void rf_client_free(RfClient *client)
{
    if (!client) {
        return;
    }
    rf_service_free(client->service);
    fake_bmc_free(client->bmc);
    test_drain();
    g_free(client);
}
