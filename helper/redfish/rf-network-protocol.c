/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocols by which the BMC is reached (ManagerNetworkProtocol). HTTP is
 * there instead of HTTPS where the configuration says so, and never beside
 * it.
 */
#include "osdep.h"

#include "redfish/rf-exchange.h"

#include "bmc/certificate.h"
#include "bmc/lan.h"
#include "bmc/network.h"
#include "util/error.h"

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
    value->boolean = bmc_lan_port(ctx->bmc) != 0 &&
                     bmc_network_get(ctx->bmc, BMC_NET_IPMI).enabled;
    return true;
}

/* The port that clients use, as LAN parameter 8 has it. */
static bool get_ipmi_port(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lan_port(ctx->bmc);
    return value->integer != 0;
}

/*
 * What of a patch is about one protocol.
 *
 * @name: the object
 * @tls: whether it is the one with TLS; Redfish is either
 */
typedef struct Protocol {
    const char *name;
    BmcNetService service;
    const RfSetter *setter;
    bool tls;
} Protocol;

static void check_http(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages);
static void check_https(const RfContext *ctx, const RfPatch *patch,
                        RfMessages *messages);
static void check_ipmi(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages);
static void start(RfExchange *x, const RfPatch *patch);

static const RfSetter set_http = { check_http, start };
static const RfSetter set_https = { check_https, start };
static const RfSetter set_ipmi = { check_ipmi, start };

static const Protocol http = { "HTTP", BMC_NET_REDFISH, &set_http, false };
static const Protocol https = { "HTTPS", BMC_NET_REDFISH, &set_https, true };
static const Protocol ipmi = { "IPMI", BMC_NET_IPMI, &set_ipmi, false };

static bool has_protocol(const RfContext *ctx, const Protocol *protocol)
{
    bool tls = false;

    bmc_redfish_port(ctx->bmc, &tls);
    return protocol->service == BMC_NET_IPMI || tls == protocol->tls;
}

static unsigned port_of(const RfContext *ctx, const Protocol *protocol)
{
    bool tls = false;

    return protocol->service == BMC_NET_IPMI
           ? bmc_lan_port(ctx->bmc) : bmc_redfish_port(ctx->bmc, &tls);
}

/* The port that is bound is no other one. */
static BmcNetSetting read_setting(const RfContext *ctx,
                                  const Protocol *protocol,
                                  const RfPatch *patch)
{
    const RfValue *enabled = rf_patch_get(patch, protocol->setter,
                                          "ProtocolEnabled");
    const RfValue *port = rf_patch_get(patch, protocol->setter, "Port");
    BmcNetSetting setting = bmc_network_get(ctx->bmc, protocol->service);

    if (enabled) {
        setting.enabled = enabled->boolean;
    }
    if (port && port->integer != port_of(ctx, protocol)) {
        setting.port = port->integer;
    }
    return setting;
}

static void refuse(RfMessages *messages, const Protocol *protocol,
                   const char *name, const char *why)
{
    g_autofree char *pointer = g_strdup_printf("/%s/%s", protocol->name,
                                               name);

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE, pointer, why,
                    name, NULL);
}

static void check(const RfContext *ctx, const Protocol *protocol,
                  const RfPatch *patch, RfMessages *messages)
{
    const RfValue *enabled = rf_patch_get(patch, protocol->setter,
                                          "ProtocolEnabled");
    const char *fixed = bmc_network_port_fixed(ctx->bmc, protocol->service);
    BmcNetSetting old = bmc_network_get(ctx->bmc, protocol->service);
    BmcNetSetting setting = read_setting(ctx, protocol, patch);

    if (!has_protocol(ctx, protocol)) {
        if (enabled && enabled->boolean) {
            refuse(messages, protocol, "ProtocolEnabled",
                   "Whether TLS is spoken is for the configuration of "
                   "qemu-bmc to say (TLS).");
        }
        if (rf_patch_get(patch, protocol->setter, "Port")) {
            refuse(messages, protocol, "Port",
                   "This protocol is not served.");
        }
        return;
    }
    if (setting.port != old.port && fixed) {
        g_autofree char *why = g_strdup_printf("%c%s.",
                                               g_ascii_toupper(*fixed),
                                               fixed + 1);

        refuse(messages, protocol, "Port", why);
    }
}

/* The port is somebody else's, or needs more rights than we have. */
static void refuse_port(RfExchange *x, const char *name, unsigned port,
                        const GError *err)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *pointer = g_strdup_printf("/%s/Port", name);
    g_autofree char *value = g_strdup_printf("%u", port);

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_RESOURCE_CONFLICT,
                    pointer, err->message, "Port", value, x->context.uri,
                    NULL);
    rf_exchange_fail(x, messages);
}

/* Protocols change together: the first that is called changes all. */
static void start(RfExchange *x, const RfPatch *patch)
{
    static const Protocol *const protocols[] = { &http, &https, &ipmi };
    BmcNetSetting values[BMC_NET__MAX];
    BmcNetSettings settings = { NULL };
    const char *names[BMC_NET__MAX] = { NULL };
    g_autoptr(GError) err = NULL;
    BmcNetService failed;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(protocols) && !x->next_setter; i++) {
        BmcNetService service = protocols[i]->service;

        if (has_protocol(&x->context, protocols[i])) {
            values[service] = read_setting(&x->context, protocols[i], patch);
            settings[service] = &values[service];
            names[service] = protocols[i]->name;
        }
    }
    if (bmc_network_change(x->context.bmc, settings, &x->origin, &failed,
                           &err)) {
        rf_exchange_complete_kept(x);
    } else {
        refuse_port(x, names[failed], values[failed].port, err);
    }
}

static void check_http(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    check(ctx, &http, patch, messages);
}

static void check_https(const RfContext *ctx, const RfPatch *patch,
                        RfMessages *messages)
{
    check(ctx, &https, patch, messages);
}

static void check_ipmi(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    check(ctx, &ipmi, patch, messages);
}

static const RfProperty http_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_http_enabled,
      .setter = &set_http },
    { "Port", RF_TYPE_INTEGER, .get = get_http_port, .setter = &set_http,
      .min = 1, .max = UINT16_MAX },
    { NULL }
};

static const RfProperty https_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_https_enabled,
      .setter = &set_https },
    { "Port", RF_TYPE_INTEGER, .get = get_https_port, .setter = &set_https,
      .min = 1, .max = UINT16_MAX },
    { "Certificates", RF_TYPE_LINK, .get = get_certificates },
    { NULL }
};

static const RfProperty ipmi_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_ipmi_enabled,
      .setter = &set_ipmi },
    { "Port", RF_TYPE_INTEGER, .get = get_ipmi_port, .setter = &set_ipmi,
      .min = 1, .max = UINT16_MAX },
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
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = 1 << BMC_PART_LAN | 1 << BMC_PART_CERTIFICATE,
      .exists = rf_exists_one },
    { NULL }
};
