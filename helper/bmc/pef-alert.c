/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alerts: one at a time, to one destination after the other, as the policies
 * say (IPMI 2.0 section 17.11). A datagram is sent without waiting.
 */
#include "osdep.h"

#include "bmc/pef-priv.h"

#include "bmc/channel.h"
#include "bmc/lan-host.h"
#include "bmc/lan.h"
#include "bmc/sel.h"
#include "util/error.h"

/* First byte of addresses that are reserved, or broadcasts. */
#define BROADCAST_BYTE 240

#define POLICY_ALWAYS 0
#define POLICY_NEXT 1
#define POLICY_TYPE_MASK 0x07
#define STRING_OF_EVENT 0x80
#define SENSOR_DEVICE_UNSPECIFIED 0xff

static bool is_used(const BmcLanDestination *destination)
{
    static const uint8_t none[16];

    return memcmp(destination->address, none,
                  destination->ipv6 ? 16 : 4) != 0;
}

static void fill_ack(const PetTrap *trap, BmcPefAck *ack)
{
    memset(ack, 0, sizeof(*ack));
    ack->sequence = trap->sequence;
    ack->timestamp = trap->timestamp;
    ack->source = trap->source;
    ack->sensor_device = trap->sensor_device;
    ack->sensor = trap->sensor;
    memcpy(ack->data, trap->data, sizeof(ack->data));
}

static bool ack_equal(const BmcPefAck *a, const BmcPefAck *b)
{
    return a->sequence == b->sequence && a->timestamp == b->timestamp &&
           a->source == b->source && a->sensor_device == b->sensor_device &&
           a->sensor == b->sensor && !memcmp(a->data, b->data, 3);
}

/* The machine's UUID as its text form has it, or the one that is set. */
static void fill_guid(const Bmc *bmc, uint8_t *guid)
{
    const BmcPefConfig *config = &bmc->pef->config;
    const char *uuid = bmc_system_uuid(bmc);
    size_t i;

    for (i = 0; config->use_guid && i < BMC_PEF_GUID_LEN; i++) {
        guid[i] = config->guid[BMC_PEF_GUID_LEN - 1 - i];
    }
    if (config->use_guid || !uuid) {
        return;
    }
    for (i = 0; i < BMC_PEF_GUID_LEN; i++) {
        uuid += *uuid == '-';
        guid[i] = g_ascii_xdigit_value(uuid[0]) << 4 |
                  g_ascii_xdigit_value(uuid[1]);
        uuid += 2;
    }
}

static void fill_trap(Bmc *bmc, PefAlert *alert)
{
    BmcPef *pef = bmc->pef;
    PetTrap *trap = &alert->trap;
    const PefEvent *event = &alert->event;
    int offset = bmc_sel_utc_offset(bmc);

    memset(trap, 0, sizeof(*trap));
    bmc_lan_get(bmc, BMC_LAN_COMMUNITY, (uint8_t *)trap->community);
    bmc_lan_get(bmc, BMC_LAN_ADDRESS, trap->agent);
    trap->uptime = (clock_now_ms(bmc->clock) - pef->since_ms) / 10;
    fill_guid(bmc, trap->guid);
    /* 0 is for a sender that does not count */
    pef->sequence += pef->sequence == UINT16_MAX ? 2 : 1;
    trap->sequence = pef->sequence;
    trap->timestamp = alert->timestamp;
    trap->utc_offset = offset == BMC_SEL_UTC_OFFSET_UNSPECIFIED ?
                       PET_UTC_UNSPECIFIED : (uint16_t)offset;
    trap->severity = alert->severity;
    trap->source = alert->has_event ? pet_source(event->generator & 0xff) :
                   PET_SOURCE_IPMI;
    trap->sensor_device = alert->has_event ? event->generator & 0xff :
                          SENSOR_DEVICE_UNSPECIFIED;
    trap->sensor = event->sensor;
    trap->sensor_type = event->sensor_type;
    trap->event_type = event->trigger & 0x7f;
    trap->deassert = event->trigger & 0x80;
    trap->offset = alert->has_event ? event->data[0] & 0x0f :
                   PET_OFFSET_UNSPECIFIED;
    memcpy(trap->data, event->data, sizeof(trap->data));
    trap->text = alert->string;
}

/* The string that a policy's key names, if there is one. */
static void find_string(Bmc *bmc, PefAlert *alert, uint8_t key)
{
    const BmcPefConfig *config = &bmc->pef->config;
    unsigned i = key;

    if (key & STRING_OF_EVENT) {
        for (i = 0; i <= BMC_PEF_STRINGS; i++) {
            if (config->keys[i][0] == alert->filters[alert->number] &&
                config->keys[i][1] == (key & ~STRING_OF_EVENT)) {
                break;
            }
        }
    }
    memset(alert->string, 0, sizeof(alert->string));
    if (i <= BMC_PEF_STRINGS) {
        memcpy(alert->string, config->strings[i], BMC_PEF_STRING_MAX);
    }
}

/* Whether an address is the host's own, or known to its link only. */
static bool is_local(GInetAddress *ip)
{
    static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
    const uint8_t *bytes = g_inet_address_to_bytes(ip);
    g_autoptr(GInetAddress) v4 = NULL;

    if (g_inet_address_get_family(ip) == G_SOCKET_FAMILY_IPV6 &&
        !memcmp(bytes, mapped, sizeof(mapped))) {
        v4 = g_inet_address_new_from_bytes(bytes + sizeof(mapped),
                                           G_SOCKET_FAMILY_IPV4);
        ip = v4;
    }
    if (g_inet_address_get_family(ip) == G_SOCKET_FAMILY_IPV4 &&
        (g_inet_address_to_bytes(ip)[0] == 0 ||
         g_inet_address_to_bytes(ip)[0] >= BROADCAST_BYTE)) {
        return true;
    }
    return lan_host_is_own(ip) || g_inet_address_get_is_any(ip) ||
           g_inet_address_get_is_loopback(ip) ||
           g_inet_address_get_is_link_local(ip) ||
           g_inet_address_get_is_multicast(ip);
}

/* The guest must not reach services of the host by us. */
static bool is_refused(Bmc *bmc, unsigned number, GInetAddress *ip)
{
    unsigned suppressed;

    if (!bmc_lan_destination(bmc, number)->in_band || !is_local(ip)) {
        return false;
    }
    if (log_limit_allows(&bmc->pef->log, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("PEF: no alert to destination %u: the guest has set an "
                  "address of the host's own", number);
    }
    return true;
}

/*
 * Receivers know the BMC by its address, and filter by that. Loopback is no
 * address to leave the host from. Without success the kernel chooses one.
 */
static void bind_as_lan(Bmc *bmc, GSocket *sock, GInetAddress *to)
{
    GInetAddress *bound = bmc_lan_bound(bmc);
    g_autoptr(GSocketAddress) from = NULL;

    if (!bound || g_inet_address_get_is_any(bound) ||
        g_inet_address_get_family(bound) != g_inet_address_get_family(to) ||
        (g_inet_address_get_is_loopback(bound) &&
         !g_inet_address_get_is_loopback(to))) {
        return;
    }
    from = g_inet_socket_address_new(bound, 0);
    g_socket_bind(sock, from, false, NULL);
}

/* Returns false if the host has no way to the destination. */
static bool transmit(Bmc *bmc, PefAlert *alert)
{
    const BmcLanDestination *d = bmc_lan_destination(bmc, alert->destination);
    GSocketFamily family = d->ipv6 ? G_SOCKET_FAMILY_IPV6 :
                           G_SOCKET_FAMILY_IPV4;
    g_autoptr(GInetAddress) ip = g_inet_address_new_from_bytes(d->address,
                                                               family);
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new(ip,
                                                             bmc->pef->port);
    g_autoptr(GSocket) sock = g_socket_new(family, G_SOCKET_TYPE_DATAGRAM,
                                           G_SOCKET_PROTOCOL_UDP, NULL);
    uint8_t data[PET_TRAP_MAX];
    ByteWriter w = byte_writer(data, sizeof(data));

    alert->left--;
    if (!sock || is_refused(bmc, alert->destination, ip)) {
        return false;
    }
    pet_build(&w, &alert->trap);
    g_socket_set_blocking(sock, false);
    bind_as_lan(bmc, sock, ip);
    return g_socket_send_to(sock, to, (const char *)w.data, w.len, NULL,
                            NULL) == (gssize)w.len;
}

static void retry(void *opaque);

static void wait_for_ack(Bmc *bmc, PefAlert *alert)
{
    const BmcLanDestination *d = bmc_lan_destination(bmc, alert->destination);

    /* The number counts from zero. */
    clock_timer_start(bmc->clock, &bmc->pef->retry,
                      (d->timeout_s + 1) * INT64_C(1000), retry, bmc);
}

/* One destination is through; which may end the alert. */
static void ended(Bmc *bmc, PefAlert *alert, uint8_t status)
{
    BmcPef *pef = bmc->pef;

    fill_ack(&alert->trap, &pef->last);
    alert->had_success = status == BMC_PEF_ALERT_DONE;
    if (alert->immediate) {
        pef->status = status;
        g_clear_pointer(&pef->current, g_free);
    }
}

/* Returns true if there is something to wait for. */
static bool start_sending(Bmc *bmc, PefAlert *alert, unsigned destination)
{
    const BmcLanDestination *d = bmc_lan_destination(bmc, destination);
    bool sent;

    alert->destination = destination;
    alert->left = 1 + d->retries;
    fill_trap(bmc, alert);
    /* Access to the channel gates PEF only (IPMI 2.0 section 22.22) */
    sent = is_used(d) && (alert->immediate ||
                          bmc_channel_access(bmc)->alerting) &&
           transmit(bmc, alert);
    if (d->ack && sent) {
        wait_for_ack(bmc, alert);
        return true;
    }
    if (sent && alert->left) {
        wait_for_ack(bmc, alert);
        return true;
    }
    ended(bmc, alert, sent ? BMC_PEF_ALERT_DONE : BMC_PEF_ALERT_NOT_SENT);
    return false;
}

/* The next policy number to be followed; returns false if there is none. */
static bool next_number(PefAlert *alert)
{
    alert->policies &= ~(1u << alert->number);
    alert->next = 0;
    alert->had_success = false;
    if (!alert->policies) {
        return false;
    }
    alert->number = g_bit_nth_lsf(alert->policies, -1);
    return true;
}

/* Returns true if there is something to wait for. */
static bool follow_entry(Bmc *bmc, PefAlert *alert, const uint8_t *policy)
{
    unsigned type = policy[PEF_POLICY_TYPE] & POLICY_TYPE_MASK;

    if (!(policy[PEF_POLICY_TYPE] & PEF_POLICY_ENABLED) ||
        policy[PEF_POLICY_TYPE] >> 4 != alert->number) {
        return false;
    }
    if (type != POLICY_ALWAYS && alert->had_success) {
        /*
         * There is one channel and one type of destination, so all that is
         * left is alike, and "next on another one" is no entry.
         */
        if (type != POLICY_NEXT) {
            alert->next = BMC_PEF_POLICIES;
        }
        return false;
    }
    find_string(bmc, alert, policy[PEF_POLICY_STRING]);
    return start_sending(bmc, alert, policy[PEF_POLICY_TARGET] & 0x0f);
}

/* Goes on until there is something to wait for; else the alert is through. */
static void follow(Bmc *bmc, PefAlert *alert)
{
    BmcPef *pef = bmc->pef;

    do {
        while (alert->next < BMC_PEF_POLICIES) {
            const uint8_t *policy = pef->config.policies[alert->next];

            alert->next++;
            if (follow_entry(bmc, alert, policy)) {
                return;
            }
        }
    } while (next_number(alert));
    g_clear_pointer(&pef->current, g_free);
}

static void go_on(Bmc *bmc)
{
    BmcPef *pef = bmc->pef;

    if (pef->current) {
        follow(bmc, pef->current);
    }
    pef_alert_run(bmc);
}

static void retry(void *opaque)
{
    Bmc *bmc = opaque;
    PefAlert *alert = bmc->pef->current;
    const BmcLanDestination *d = bmc_lan_destination(bmc, alert->destination);

    if (!is_used(d)) {
        /* It was cleared in the meantime */
        ended(bmc, alert, BMC_PEF_ALERT_NOT_SENT);
        go_on(bmc);
        return;
    }
    if (alert->left) {
        transmit(bmc, alert);
        if (alert->left || d->ack) {
            wait_for_ack(bmc, alert);
            return;
        }
    }
    ended(bmc, alert, d->ack ? BMC_PEF_ALERT_NO_ACK : BMC_PEF_ALERT_DONE);
    go_on(bmc);
}

void pef_alert_run(Bmc *bmc)
{
    BmcPef *pef = bmc->pef;

    while (!pef->current && !pef->startup_alert &&
           (pef->current = g_queue_pop_head(&pef->alerts))) {
        pef->current->number = g_bit_nth_lsf(pef->current->policies, -1);
        follow(bmc, pef->current);
    }
}

bool pef_alert_queue(Bmc *bmc, PefAlert *alert)
{
    if (bmc->pef->alerts.length >= PEF_ALERTS_MAX) {
        g_free(alert);
        return false;
    }
    g_queue_push_tail(&bmc->pef->alerts, alert);
    pef_alert_run(bmc);
    return true;
}

uint32_t pef_alert_time(uint32_t seconds)
{
    return seconds > PET_EPOCH ? seconds - PET_EPOCH : 0;
}

void pef_alert_free(Bmc *bmc)
{
    clock_timer_stop(&bmc->pef->retry);
    g_queue_clear_full(&bmc->pef->alerts, g_free);
    g_clear_pointer(&bmc->pef->current, g_free);
}

bool bmc_pef_alert(Bmc *bmc, unsigned destination, const char *string,
                   const PefEvent *event, const BmcOrigin *origin,
                   GError **errp)
{
    BmcPef *pef = bmc->pef;
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned suppressed;
    PefAlert *alert;

    if (pef->current) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "another alert is being sent");
        return false;
    }
    if (destination > BMC_LAN_DESTINATIONS ||
        !is_used(bmc_lan_destination(bmc, destination))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "alert destination %u is not configured", destination);
        return false;
    }
    if (log_limit_allows(&pef->log, clock_now_ms(bmc->clock), &suppressed)) {
        g_message("PEF: alert to destination %u by %s", destination, who);
    }
    alert = g_new0(PefAlert, 1);
    alert->immediate = true;
    alert->timestamp = pef_alert_time(bmc_sel_time(bmc));
    if (event) {
        alert->event = *event;
        alert->has_event = true;
    }
    if (string) {
        g_strlcpy(alert->string, string, sizeof(alert->string));
    }
    pef->status = BMC_PEF_ALERT_RUNNING;
    pef->current = alert;
    if (!start_sending(bmc, alert, destination)) {
        pef_alert_run(bmc);
    }
    return true;
}

uint8_t bmc_pef_alert_status(const Bmc *bmc)
{
    return bmc->pef->status;
}

void bmc_pef_alert_clear(Bmc *bmc)
{
    if (bmc->pef->status != BMC_PEF_ALERT_RUNNING) {
        bmc->pef->status = BMC_PEF_ALERT_NONE;
    }
}

bool bmc_pef_acknowledge(Bmc *bmc, const BmcPefAck *ack)
{
    BmcPef *pef = bmc->pef;
    BmcPefAck wanted;

    if (pef->current && pef->retry) {
        fill_ack(&pef->current->trap, &wanted);
        if (ack_equal(&wanted, ack)) {
            clock_timer_stop(&pef->retry);
            ended(bmc, pef->current, BMC_PEF_ALERT_DONE);
            go_on(bmc);
            return true;
        }
    }
    /* Its answer may have been lost */
    return pef->last.sequence && ack_equal(&pef->last, ack);
}

void bmc_pef_set_port(Bmc *bmc, uint16_t port)
{
    bmc->pef->port = port;
}
