/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocols by which the BMC is reached (ManagerNetworkProtocol). */
#include "osdep.h"

#include "redfish/rf-resource.h"

#include "bmc/certificate.h"
#include "bmc/lan.h"

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };

static bool get_host_name(const RfContext *ctx, RfValue *value)
{
    value->text = g_get_host_name();
    return *value->text;
}

static bool get_https_enabled(const RfContext *ctx, RfValue *value)
{
    bool tls = false;

    value->boolean = bmc_redfish_port(ctx->bmc, &tls) && tls;
    return true;
}

static bool get_https_port(const RfContext *ctx, RfValue *value)
{
    bool tls = false;

    value->integer = bmc_redfish_port(ctx->bmc, &tls);
    return value->integer && tls;
}

static bool get_certificates(const RfContext *ctx, RfValue *value)
{
    value->text = RF_HTTPS_CERTIFICATES_URI;
    return bmc_certificate_info(ctx->bmc) != NULL;
}

static bool get_http_enabled(const RfContext *ctx, RfValue *value)
{
    bool tls = false;

    value->boolean = bmc_redfish_port(ctx->bmc, &tls) && !tls;
    return true;
}

static bool get_http_port(const RfContext *ctx, RfValue *value)
{
    bool tls = false;

    value->integer = bmc_redfish_port(ctx->bmc, &tls);
    return value->integer && !tls;
}

static bool get_ipmi_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_lan_port(ctx->bmc) != 0;
    return true;
}

/* The port that clients use, as LAN parameter 8 has it. */
static bool get_ipmi_port(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lan_port(ctx->bmc);
    return value->integer != 0;
}

static const RfProperty http_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_http_enabled },
    { "Port", RF_TYPE_INTEGER, .get = get_http_port },
    { NULL }
};

static const RfProperty https_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_https_enabled },
    { "Port", RF_TYPE_INTEGER, .get = get_https_port },
    { "Certificates", RF_TYPE_LINK, .get = get_certificates },
    { NULL }
};

static const RfProperty ipmi_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_ipmi_enabled },
    { "Port", RF_TYPE_INTEGER, .get = get_ipmi_port },
    { NULL }
};

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty properties[] = {
    { "Id", RF_TYPE_STRING, .text = "NetworkProtocol" },
    { "Name", RF_TYPE_STRING, .text = "Manager Network Protocol" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "HostName", RF_TYPE_STRING, .get = get_host_name },
    { "HTTP", RF_TYPE_OBJECT, .members = http_properties },
    { "HTTPS", RF_TYPE_OBJECT, .members = https_properties },
    { "IPMI", RF_TYPE_OBJECT, .members = ipmi_properties },
    { NULL }
};

const RfResource rf_network_protocol_resources[] = {
    { .path = "/redfish/v1/Managers/{ManagerId}/NetworkProtocol",
      .type = "ManagerNetworkProtocol.v1_12_0.ManagerNetworkProtocol",
      .properties = properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_LAN | 1 << BMC_PART_CERTIFICATE,
      .exists = rf_exists_one },
    { NULL }
};
