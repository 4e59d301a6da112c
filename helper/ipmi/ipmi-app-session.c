/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Application commands about sessions: what a client needs to open one
 * (IPMI 2.0 sections 22.13 and 22.15), and what it does with it (22.18 to
 * 22.20).
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/channel.h"
#include "ipmi/ipmi-session-auth.h"
#include "util/secret.h"

/* Get Channel Authentication Capabilities. */
#define AUTH_WANT_V20 0x80
#define AUTH_TYPE_V20 0x80
#define AUTH_KG_SET 0x20
#define AUTH_NOT_PER_MESSAGE 0x10
#define AUTH_NOT_USER_LEVEL 0x08
#define AUTH_NAMED_USERS 0x04
#define AUTH_NULL_NAME 0x02
#define AUTH_EXT_IPMI15 0x01
#define AUTH_EXT_IPMI20 0x02

/* Get Channel Cipher Suites. */
#define SUITES_BY_SUITE 0x80
#define SUITES_INDEX 0x3f
#define SUITES_PER_ANSWER 16
#define TAG_INTEGRITY 0x40
#define TAG_CONF 0x80

#define CC_PRIV_NOT_AVAILABLE 0x80
#define CC_PRIV_EXCEEDS_LIMIT 0x81
#define CC_BAD_SESSION_ID 0x87
#define CC_BAD_SESSION_HANDLE 0x88

/* Get Session Info. */
#define INFO_CURRENT 0x00
#define INFO_BY_HANDLE 0xfe
#define INFO_BY_ID 0xff
#define INFO_COUNT_MAX 0x3f
#define INFO_RMCPP 0x10

static bool may_log_in(const Bmc *bmc, unsigned slot)
{
    const BmcUser *user = bmc_users_get(bmc, slot);

    return bmc_channel_ceiling(bmc, user) != BMC_PRIVILEGE_NONE;
}

/*
 * Login status (table 22-16). Nobody can log in without a password, so there
 * is no anonymous login; a null name needs one too.
 */
static uint8_t auth_status(const Bmc *bmc, bool v20)
{
    const BmcChannelAccess *access = bmc_channel_access(bmc);
    uint8_t kg[BMC_KEY_LEN];
    uint8_t status = 0;
    unsigned slot;

    if (v20 && bmc_channel_kg(bmc, kg)) {
        status |= AUTH_KG_SET;
    }
    secret_wipe(kg, sizeof(kg));
    if (!access->per_message_auth) {
        status |= AUTH_NOT_PER_MESSAGE;
    }
    if (!access->user_level_auth) {
        status |= AUTH_NOT_USER_LEVEL;
    }
    if (may_log_in(bmc, BMC_USER_ANONYMOUS)) {
        status |= AUTH_NULL_NAME;
    }
    for (slot = BMC_USER_ANONYMOUS + 1; slot <= BMC_USERS_MAX; slot++) {
        if (may_log_in(bmc, slot)) {
            status |= AUTH_NAMED_USERS;
        }
    }
    return status;
}

static int get_auth_capabilities(IpmiRequest *req, ByteReader *in,
                                 ByteWriter *out)
{
    uint8_t which = byte_reader_u8(in);
    uint8_t priv = byte_reader_u8(in);
    uint8_t auth15 = req->core->sessions->config.auth15;
    bool v20 = which & AUTH_WANT_V20;
    int channel = ipmi_request_channel(req, which & 0x0f);

    /* Only a channel with sessions has authentication. */
    if ((which & 0x70) || channel != IPMI_CHANNEL_LAN ||
        priv < IPMI_PRIV_CALLBACK || priv > IPMI_PRIV_OEM) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, channel);
    byte_writer_u8(out, auth15 | (v20 ? AUTH_TYPE_V20 : 0));
    byte_writer_u8(out, auth_status(req->bmc, v20));
    byte_writer_u8(out, !v20 ? 0 : AUTH_EXT_IPMI20 |
                   (auth15 ? AUTH_EXT_IPMI15 : 0));
    byte_writer_bytes(out, "\0\0\0\0", 4); /* no OEM authentication */
    return IPMI_CC_OK;
}

static void append_unique(GByteArray *list, uint8_t value)
{
    size_t i;

    for (i = 0; i < list->len; i++) {
        if (list->data[i] == value) {
            return;
        }
    }
    g_byte_array_append(list, &value, 1);
}

/* The next suite that may be used, from @at on. */
static const CipherSuite *next_suite(const IpmiSessions *sessions,
                                     unsigned *at)
{
    const CipherSuite *suite;

    do {
        suite = ipmi_sessions_nth_suite(sessions, *at);
        (*at)++;
    } while (suite && !ipmi_sessions_suite_usable(sessions, suite));
    return suite;
}

/* All suites as records (table 22-18), or their algorithms without suites. */
static GByteArray *list_suites(const IpmiSessions *sessions, bool by_suite)
{
    GByteArray *list = g_byte_array_new();
    uint8_t record[CIPHER_SUITE_RECORD_LEN];
    const CipherSuite *suite;
    ByteWriter w;
    unsigned i;

    for (i = 0; by_suite && (suite = next_suite(sessions, &i)); ) {
        w = byte_writer(record, sizeof(record));
        cipher_suite_build_record(&w, suite);
        g_byte_array_append(list, record, w.len);
    }
    if (by_suite) {
        return list;
    }
    for (i = 0; (suite = next_suite(sessions, &i)); ) {
        append_unique(list, suite->auth);
    }
    for (i = 0; (suite = next_suite(sessions, &i)); ) {
        append_unique(list, suite->integrity | TAG_INTEGRITY);
    }
    for (i = 0; (suite = next_suite(sessions, &i)); ) {
        append_unique(list, suite->conf | TAG_CONF);
    }
    return list;
}

static int get_cipher_suites(IpmiRequest *req, ByteReader *in,
                             ByteWriter *out)
{
    uint8_t number = byte_reader_u8(in);
    uint8_t payload = byte_reader_u8(in);
    uint8_t how = byte_reader_u8(in);
    int channel = ipmi_request_channel(req, number);
    size_t at = (how & SUITES_INDEX) * SUITES_PER_ANSWER;
    g_autoptr(GByteArray) list = NULL;

    /* A session has one suite for all its payloads */
    if (channel != IPMI_CHANNEL_LAN || payload > IPMI_PAYLOAD_SOL ||
        (how & ~(SUITES_BY_SUITE | SUITES_INDEX))) {
        return IPMI_CC_INVALID_FIELD;
    }
    list = list_suites(req->core->sessions, how & SUITES_BY_SUITE);
    byte_writer_u8(out, channel);
    if (at < list->len) {
        byte_writer_bytes(out, list->data + at,
                          MIN(list->len - at, SUITES_PER_ANSWER));
    }
    return IPMI_CC_OK;
}

static int set_session_privilege(IpmiRequest *req, ByteReader *in,
                                 ByteWriter *out)
{
    IpmiSession *session = req->ctx->session;
    uint8_t want = byte_reader_u8(in);

    if (want > IPMI_PRIV_OEM || want == IPMI_PRIV_CALLBACK) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!session) {
        return IPMI_CC_STATE;
    }
    if (want == IPMI_PRIV_OEM) {
        return CC_PRIV_NOT_AVAILABLE;
    }
    if (want > session->ceiling) {
        return CC_PRIV_EXCEEDS_LIMIT;
    }
    if (want != IPMI_PRIV_UNSPECIFIED) {
        session->privilege = want;
    }
    byte_writer_u8(out, session->privilege);
    return IPMI_CC_OK;
}

static int close_session(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSessions *sessions = req->core->sessions;
    uint32_t id = byte_reader_le32(in);
    bool by_handle = id == 0;
    IpmiSession *session;

    /* The handle follows if, and only if, the id is 0. */
    if ((byte_reader_left(in) != 0) != by_handle) {
        return IPMI_CC_LENGTH;
    }
    if (by_handle) {
        session = ipmi_sessions_find_handle(sessions, byte_reader_u8(in));
    } else {
        session = ipmi_sessions_find(sessions, id);
    }
    if (!session || session->state != IPMI_SESSION_ACTIVE) {
        return by_handle ? CC_BAD_SESSION_HANDLE : CC_BAD_SESSION_ID;
    }
    if (session == req->ctx->session) {
        /* Its own answer still needs its keys. */
        session->closing = true;
        return IPMI_CC_OK;
    }
    if (req->ctx->privilege < BMC_PRIVILEGE_ADMIN) {
        return IPMI_CC_PRIVILEGE;
    }
    ipmi_sessions_close(sessions, session);
    return IPMI_CC_OK;
}

static void write_session(ByteWriter *out, const IpmiSession *session)
{
    const IpmiPeer *peer = &session->peer;
    const struct in6_addr *in6 = &peer->addr.in6.sin6_addr;

    byte_writer_u8(out, session->slot);
    byte_writer_u8(out, session->privilege);
    byte_writer_u8(out, (session->auth15 ? 0 : INFO_RMCPP) |
                   IPMI_CHANNEL_LAN);
    /* An IPv6 address has no place here: 0.0.0.0. */
    if (peer->addr.sa.sa_family == AF_INET) {
        byte_writer_bytes(out, &peer->addr.in.sin_addr, 4);
    } else if (IN6_IS_ADDR_V4MAPPED(in6)) {
        byte_writer_bytes(out, &in6->s6_addr[12], 4);
    } else {
        byte_writer_le32(out, 0);
    }
    byte_writer_bytes(out, "\0\0\0\0\0\0", 6); /* MAC address: not known */
    byte_writer_le16(out, g_ntohs(peer->addr.sa.sa_family == AF_INET ?
                                  peer->addr.in.sin_port :
                                  peer->addr.in6.sin6_port));
}

static int get_session_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSessions *sessions = req->core->sessions;
    uint8_t which = byte_reader_u8(in);
    IpmiSession *session;
    size_t want = which == INFO_BY_HANDLE ? 1 : which == INFO_BY_ID ? 4 : 0;

    if (byte_reader_left(in) != want) {
        return IPMI_CC_LENGTH;
    }
    if (which == INFO_CURRENT) {
        session = req->ctx->session;
    } else if (which == INFO_BY_HANDLE) {
        session = ipmi_sessions_find_handle(sessions, byte_reader_u8(in));
    } else if (which == INFO_BY_ID) {
        session = ipmi_sessions_find(sessions, byte_reader_le32(in));
    } else {
        session = g_queue_peek_nth(&sessions->active, which - 1);
    }
    if (session && session->state != IPMI_SESSION_ACTIVE) {
        session = NULL;
    }
    if (!session && (which == INFO_BY_HANDLE || which == INFO_BY_ID)) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_u8(out, session ? session->handle : 0);
    byte_writer_u8(out, MIN(sessions->config.max_active, INFO_COUNT_MAX));
    byte_writer_u8(out, MIN(sessions->active.length, INFO_COUNT_MAX));
    if (session) {
        write_session(out, session);
    }
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_app_session_commands[] = {
    { IPMI_NETFN_APP, 0x38, 2, 2, BMC_PRIVILEGE_NONE, IPMI_ON_ALL,
      IPMI_CMD_SESSIONLESS, get_auth_capabilities,
      "Get Channel Authentication Capabilities" },
    { IPMI_NETFN_APP, 0x3b, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_LAN,
      IPMI_CMD_ROUTINE, set_session_privilege,
      "Set Session Privilege Level" },
    { IPMI_NETFN_APP, 0x3c, 4, 5, BMC_PRIVILEGE_CALLBACK, IPMI_ON_ALL,
      IPMI_CMD_ROUTINE, close_session, "Close Session" },
    { IPMI_NETFN_APP, 0x3d, 1, 5, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_session_info, "Get Session Info" },
    { IPMI_NETFN_APP, 0x54, 3, 3, BMC_PRIVILEGE_NONE, IPMI_ON_ALL,
      IPMI_CMD_SESSIONLESS, get_cipher_suites,
      "Get Channel Cipher Suites" },
    { .name = NULL },
};
