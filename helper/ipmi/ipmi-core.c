/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dispatch of IPMI requests, and the one way in which a deferred answer
 * ends: by its operation, by the clock, or by being dropped.
 */
#include "osdep.h"

#include "ipmi/ipmi-core.h"

#include "bmc/restart.h"
#include "bmc/watchdog.h"
#include "ipmi/ipmi-audit.h"
#include "ipmi/ipmi-commands.h"
#include "ipmi/ipmi-params.h"
#include "ipmi/ipmi-session.h"
#include "ipmi/ipmi-sol.h"
#include "util/error.h"

#define UUID_TEXT_LEN 36
/* Durable writes that the guest can cause at once, and how often from then. */
#define INSIDE_BURST 256
#define INSIDE_WRITE_MS 200

static const struct {
    BmcError code;
    uint8_t cc;
} error_codes[] = {
    { BMC_ERROR_INVALID, IPMI_CC_INVALID_FIELD },
    { BMC_ERROR_NOT_SUPPORTED, IPMI_CC_INVALID_FIELD },
    { BMC_ERROR_NOT_FOUND, IPMI_CC_NOT_PRESENT },
    { BMC_ERROR_EXISTS, IPMI_CC_INVALID_FIELD },
    { BMC_ERROR_PERMISSION, IPMI_CC_PRIVILEGE },
    { BMC_ERROR_STATE, IPMI_CC_STATE },
    { BMC_ERROR_UNAVAILABLE, IPMI_CC_NO_RESPONSE },
    { BMC_ERROR_BUSY, IPMI_CC_NODE_BUSY },
    { BMC_ERROR_TIMEOUT, IPMI_CC_TIMEOUT },
    { BMC_ERROR_LIMIT, IPMI_CC_OUT_OF_SPACE },
};

static void request_unref(IpmiRequest *req)
{
    req->refs--;
    if (req->refs == 0) {
        g_clear_object(&req->cancellable);
        g_clear_pointer(&req->data, g_bytes_unref);
        g_free(req->audit);
        g_free(req);
    }
}

/*
 * What a request would change, and who asks; NULL when there is to be no line
 * about it.
 */
static char *describe_change(IpmiCore *core, const IpmiContext *ctx,
                             const IpmiMessage *msg,
                             const IpmiCommand *command)
{
    g_autofree char *who = NULL;
    g_autofree char *what = NULL;
    unsigned suppressed;

    if (!(command->flags & IPMI_CMD_CHANGES) ||
        (command->flags & IPMI_CMD_INTERFACE) ||
        (command->flags & IPMI_CMD_ROUTINE) == IPMI_CMD_ROUTINE ||
        !log_limit_allows(
            &core->audit_limits[ctx->channel == IPMI_CHANNEL_SYSTEM],
            clock_now_ms(core->clock), &suppressed)) {
        return NULL;
    }
    if (suppressed) {
        g_message("IPMI: %u messages about changes were left out",
                  suppressed);
    }
    who = bmc_origin_to_string(&ctx->origin);
    what = ipmi_audit_describe(command, msg->data, msg->len);
    return g_strdup_printf("%s%s%s%s by %s", command->name,
                           *what ? " (" : "", what, *what ? ")" : "", who);
}

static void audit(const IpmiRequest *req, uint8_t cc)
{
    if (req->audit) {
        g_message("IPMI: %s: %02Xh", req->audit, cc);
    }
}

/* Takes a pending request out of the core; nobody will be answered. */
static void request_detach(IpmiRequest *req)
{
    req->pending = false;
    clock_timer_stop(&req->timer);
    g_queue_unlink(&req->core->pending, &req->link);
}

static void request_answer(IpmiRequest *req, uint8_t cc, const uint8_t *data,
                           size_t len)
{
    request_detach(req);
    audit(req, cc);
    req->done(req->opaque, cc, data, len);
    request_unref(req);
}

/* What was prepared is the answer to success only. */
static void request_answer_prepared(IpmiRequest *req, uint8_t cc)
{
    g_autoptr(GBytes) bytes = g_steal_pointer(&req->data);
    const uint8_t *data = NULL;
    size_t len = 0;

    if (bytes && cc == IPMI_CC_OK) {
        data = g_bytes_get_data(bytes, &len);
    }
    request_answer(req, cc, data, len);
}

static void request_timeout(void *opaque)
{
    IpmiRequest *req = opaque;

    if (!req->expired) {
        /* What is done already may wait for its turn in the main loop. */
        req->expired = true;
        clock_timer_start(req->core->clock, &req->timer, 0, request_timeout,
                          req);
        return;
    }
    g_cancellable_cancel(req->cancellable);
    if (!req->late && req->certain && req->certain(req->bmc)) {
        req->late = "answered before it has happened, which takes long";
    }
    if (req->late) {
        g_message("%s: %s", req->command->name, req->late);
        request_answer_prepared(req, IPMI_CC_OK);
    } else {
        request_answer(req, IPMI_CC_TIMEOUT, NULL, 0);
    }
}

static uint8_t cc_from_error(const GError *err)
{
    size_t i;

    if (!err) {
        return IPMI_CC_OK;
    }
    for (i = 0; i < G_N_ELEMENTS(error_codes); i++) {
        if (g_error_matches(err, BMC_ERROR, error_codes[i].code)) {
            return error_codes[i].cc;
        }
    }
    return IPMI_CC_UNSPECIFIED;
}

/* What can be refused without looking at the request's data. */
static uint8_t check_request(const IpmiContext *ctx, const IpmiMessage *msg,
                             const IpmiCommand *command)
{
    uint8_t on = ctx->channel == IPMI_CHANNEL_SYSTEM ? IPMI_ON_SYSTEM :
                 IPMI_ON_LAN;

    if (!command || !(command->channels & on)) {
        return IPMI_CC_INVALID_CMD;
    }
    if (msg->lun != 0) {
        return IPMI_CC_INVALID_LUN;
    }
    if (!(command->flags & IPMI_CMD_SESSIONLESS) &&
        (ctx->privilege == BMC_PRIVILEGE_NONE ||
         ctx->privilege < command->privilege)) {
        return IPMI_CC_PRIVILEGE;
    }
    if ((command->flags & ctx->refused) &&
        !(command->flags & IPMI_CMD_INTERFACE)) {
        return IPMI_CC_PRIVILEGE;
    }
    if (msg->len < command->min || msg->len > command->max) {
        return IPMI_CC_LENGTH;
    }
    return IPMI_CC_OK;
}

static const char *privilege_name(BmcPrivilege privilege)
{
    static const char *const names[] = {
        [BMC_PRIVILEGE_NONE] = "none",
        [BMC_PRIVILEGE_CALLBACK] = "callback",
        [BMC_PRIVILEGE_USER] = "user",
        [BMC_PRIVILEGE_OPERATOR] = "operator",
        [BMC_PRIVILEGE_ADMIN] = "administrator",
    };

    return names[privilege];
}

static void machine_reset(void *opaque, const void *data)
{
    IpmiCore *core = opaque;

    ipmi_msg_reset(&core->msg);
    ipmi_params_reset(core);
}

static void watchdog_interrupt(void *opaque, const void *data)
{
    IpmiCore *core = opaque;

    ipmi_msg_set_flag(&core->msg, IPMI_MSG_FLAG_WATCHDOG);
}

IpmiCore *ipmi_core_new(Bmc *bmc)
{
    IpmiCore *core = g_new0(IpmiCore, 1);

    core->bmc = bmc;
    core->clock = clock_ref(bmc_clock(bmc));
    core->sessions = ipmi_sessions_new(bmc);
    core->sol = ipmi_sol_new(core);
    g_queue_init(&core->pending);
    ipmi_msg_init(&core->msg, bmc);
    notifier_list_add(bmc_reset_notifiers(bmc), &core->reset, machine_reset,
                      core);
    notifier_list_add(bmc_watchdog_notifiers(bmc), &core->watchdog,
                      watchdog_interrupt, core);
    notifier_list_add(bmc_restart_notifiers(bmc), &core->restart,
                      ipmi_device_restart, core);
    return core;
}

void ipmi_core_free(IpmiCore *core)
{
    if (!core) {
        return;
    }
    notifier_remove(&core->reset);
    notifier_remove(&core->watchdog);
    notifier_remove(&core->restart);
    ipmi_msg_clear(&core->msg);
    ipmi_sol_free(core->sol);
    ipmi_sessions_free(core->sessions);
    while (core->pending.head) {
        ipmi_request_cancel(core->pending.head->data);
    }
    clock_unref(core->clock);
    g_free(core);
}

IpmiRequest *ipmi_core_execute(IpmiCore *core, const IpmiContext *ctx,
                               const IpmiMessage *msg, IpmiDoneFunc done,
                               void *opaque)
{
    const IpmiCommand *command = ipmi_core_find_request(msg->netfn, msg->cmd,
                                                        msg->data, msg->len);
    uint8_t data[IPMI_RESPONSE_MAX];
    ByteWriter out = byte_writer(data, sizeof(data));
    ByteReader in = byte_reader(msg->data, msg->len);
    IpmiRequest *req;
    int cc = check_request(ctx, msg, command);

    if (cc != IPMI_CC_OK) {
        done(opaque, cc, NULL, 0);
        return NULL;
    }
    req = g_new0(IpmiRequest, 1);
    req->refs = 1;
    req->core = core;
    req->bmc = core->bmc;
    req->ctx = ctx;
    req->command = command;
    req->link.data = req;
    req->done = done;
    req->opaque = opaque;
    req->audit = describe_change(core, ctx, msg, command);
    if (command->group) {
        byte_writer_u8(&out, byte_reader_u8(&in));
    }
    cc = command->handler(req, &in, &out);
    req->ctx = NULL;
    if (cc == IPMI_DEFERRED) {
        req->data = g_bytes_new(data, out.len);
        return req;
    }
    if (in.failed) {
        cc = IPMI_CC_LENGTH;
    } else if (out.failed) {
        cc = IPMI_CC_CANNOT_RETURN;
    }
    if (in.failed || out.failed) {
        out.len = 0;
    }
    audit(req, cc);
    done(opaque, cc, data, out.len);
    request_unref(req);
    return NULL;
}

const IpmiCommand *ipmi_core_find(uint8_t netfn, uint8_t cmd, uint8_t group)
{
    const IpmiCommand *row;
    size_t i;

    for (i = 0; ipmi_tables[i]; i++) {
        for (row = ipmi_tables[i]; row->name; row++) {
            if (row->netfn == netfn && row->cmd == cmd &&
                row->group == group) {
                return row;
            }
        }
    }
    return NULL;
}

const IpmiCommand *ipmi_core_find_request(uint8_t netfn, uint8_t cmd,
                                          const uint8_t *data, size_t len)
{
    if (netfn != IPMI_NETFN_GROUP) {
        return ipmi_core_find(netfn, cmd, 0);
    }
    /* No body has number 0 in the table, so that finds nothing. */
    return ipmi_core_find(netfn, cmd, len ? data[0] : 0);
}

const IpmiCommand *ipmi_core_nth(size_t n)
{
    const IpmiCommand *row;
    size_t i;

    for (i = 0; ipmi_tables[i]; i++) {
        for (row = ipmi_tables[i]; row->name; row++) {
            if (n == 0) {
                return row;
            }
            n--;
        }
    }
    return NULL;
}

char *ipmi_core_dump(void)
{
    GString *text = g_string_new(NULL);
    const IpmiCommand *row;
    size_t n;

    g_string_append_printf(text, "%-40s %-5s %-4s %3s %3s  %-13s %-10s %s\n",
                           "command", "netfn", "cmd", "min", "max",
                           "privilege", "channels", "session");
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        g_string_append_printf(text, "%-40s 0x%02x  0x%02x %3u %3u  %-13s "
                               "%-10s %s\n",
                               row->name, row->netfn, row->cmd, row->min,
                               row->max, privilege_name(row->privilege),
                               row->channels == IPMI_ON_ALL ? "lan,system" :
                               row->channels & IPMI_ON_LAN ? "lan" : "system",
                               row->flags & IPMI_CMD_SESSIONLESS ?
                               "not needed" : "needed");
    }
    return g_string_free(text, FALSE);
}

GCancellable *ipmi_request_defer(IpmiRequest *req)
{
    req->refs++;
    req->pending = true;
    req->cancellable = g_cancellable_new();
    g_queue_push_tail_link(&req->core->pending, &req->link);
    clock_timer_start(req->core->clock, &req->timer, IPMI_DEFER_MS,
                      request_timeout, req);
    return req->cancellable;
}

void ipmi_request_finish(IpmiRequest *req, const GError *err)
{
    if (req->pending) {
        request_answer_prepared(req, cc_from_error(err));
    }
    request_unref(req);
}

void ipmi_request_finish_data(IpmiRequest *req, const uint8_t *data,
                              size_t len)
{
    if (req->pending) {
        g_clear_pointer(&req->data, g_bytes_unref);
        req->data = g_bytes_new(data, len);
    }
    ipmi_request_finish(req, NULL);
}

static void flushed(GObject *source, GAsyncResult *res, void *opaque)
{
    IpmiRequest *req = opaque;
    g_autoptr(GError) err = NULL;

    bmc_flush_finish(res, &err);
    ipmi_request_finish(req, err);
}

/*
 * The disk is the host's, and a guest can send commands in a loop. A client
 * in it that sets all there is to be set gets through at full speed.
 */
static unsigned write_delay(IpmiRequest *req)
{
    IpmiCore *core = req->core;
    int64_t now = clock_now_ms(core->clock);

    if (req->ctx->channel != IPMI_CHANNEL_SYSTEM) {
        return 0;
    }
    core->inside_due_ms = MAX(core->inside_due_ms, now);
    if (core->inside_due_ms - now >= INSIDE_BURST * INSIDE_WRITE_MS) {
        return INSIDE_WRITE_MS;
    }
    core->inside_due_ms += INSIDE_WRITE_MS;
    return 0;
}

int ipmi_request_finish_durable(IpmiRequest *req)
{
    unsigned delay_ms = write_delay(req);

    req->late = "answered before it was on disk, which is slow";
    bmc_flush_later_async(req->bmc, delay_ms, ipmi_request_defer(req),
                          flushed, req);
    return IPMI_DEFERRED;
}

void ipmi_request_cancel(IpmiRequest *req)
{
    request_detach(req);
    g_cancellable_cancel(req->cancellable);
    request_unref(req);
}

int ipmi_request_channel(const IpmiRequest *req, uint8_t number)
{
    if (number == IPMI_CHANNEL_CURRENT) {
        return req->ctx->channel;
    }
    if (number == IPMI_CHANNEL_LAN || number == IPMI_CHANNEL_SYSTEM) {
        return number;
    }
    return -1;
}

bool ipmi_guid_from_uuid(const char *uuid, uint8_t guid[IPMI_GUID_LEN])
{
    size_t at = IPMI_GUID_LEN;
    size_t i;

    memset(guid, 0, IPMI_GUID_LEN);
    if (!uuid || !g_uuid_string_is_valid(uuid)) {
        return false;
    }
    for (i = 0; i < UUID_TEXT_LEN; i++) {
        if (uuid[i] != '-') {
            at--;
            guid[at] = g_ascii_xdigit_value(uuid[i]) << 4 |
                       g_ascii_xdigit_value(uuid[i + 1]);
            i++;
        }
    }
    return true;
}
