/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about accounts (IPMI 2.0 sections 22.26 to 22.31, 24.6 and 24.7).
 * There is one channel with users, the LAN channel; a guest that says "this
 * channel" means it too.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/accounts.h"
#include "util/secret.h"

#define USER_ID 0x3f
#define USER_RESERVED 0xc0

/* Set User Access and Get User Access. */
#define ACCESS_CHANGE 0x80
#define ACCESS_CALLBACK 0x40
#define ACCESS_LINK 0x20
#define ACCESS_MESSAGING 0x10
#define ACCESS_LIMIT 0x0f
#define STATUS_ENABLED 0x40
#define STATUS_DISABLED 0x80
/* That of slot 1. */
#define FIXED_NAMES 1

/* Set User Password. */
#define PASSWORD_20 0x80
#define PASSWORD_RESERVED 0x40
#define CC_TEST_FAILED 0x80
#define CC_TEST_WRONG_SIZE 0x81

/* Set User Payload Access. */
#define PAYLOAD_OPERATION_SHIFT 6
#define PAYLOAD_LEN 4

typedef enum PasswordOperation {
    PASSWORD_DISABLE,
    PASSWORD_ENABLE,
    PASSWORD_SET,
    PASSWORD_TEST,
} PasswordOperation;

/* Returns a completion code. */
static int check_channel(const IpmiRequest *req, uint8_t number)
{
    /* A number with reserved bits is none */
    if (number == IPMI_CHANNEL_CURRENT ||
        ipmi_request_channel(req, number) == IPMI_CHANNEL_LAN) {
        return IPMI_CC_OK;
    }
    return IPMI_CC_INVALID_FIELD;
}

/* Returns a completion code. */
static int check_user(uint8_t byte, uint8_t reserved)
{
    if ((byte & reserved) || !(byte & USER_ID)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return (byte & USER_ID) > BMC_USERS_MAX ? IPMI_CC_PARAM_RANGE :
           IPMI_CC_OK;
}

/* What both commands on access have in front. */
static int check_channel_user(const IpmiRequest *req, uint8_t channel,
                              uint8_t user)
{
    int cc = check_channel(req, channel);

    return cc != IPMI_CC_OK ? cc : check_user(user, USER_RESERVED);
}

static int set_access(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t bits = byte_reader_u8(in);
    uint8_t id = byte_reader_u8(in);
    uint8_t limit = byte_reader_u8(in);
    BmcUserAccess access;
    uint8_t sessions;
    int cc = check_channel_user(req, bits & 0x0f, id);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (limit == IPMI_PRIV_UNSPECIFIED ||
        (limit > IPMI_PRIV_ADMIN && limit != IPMI_PRIV_NO_ACCESS)) {
        return IPMI_CC_INVALID_FIELD;
    }
    access = bmc_users_get(req->bmc, id)->access;
    if (byte_reader_left(in)) {
        sessions = byte_reader_u8(in);
        if (sessions & ~ACCESS_LIMIT) {
            return IPMI_CC_INVALID_FIELD;
        }
        access.session_limit = sessions;
    }
    if (bits & ACCESS_CHANGE) {
        access.callback_only = bits & ACCESS_CALLBACK;
        access.link_auth = bits & ACCESS_LINK;
        access.messaging = bits & ACCESS_MESSAGING;
    }
    access.privilege = limit == IPMI_PRIV_NO_ACCESS ? BMC_PRIVILEGE_NONE :
                       limit;
    bmc_users_set_access(req->bmc, id, &access, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static unsigned count_enabled(const Bmc *bmc)
{
    unsigned count = 0;
    unsigned slot;

    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        count += bmc_users_get(bmc, slot)->enabled;
    }
    return count;
}

static int get_access(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t id = byte_reader_u8(in);
    int cc = check_channel_user(req, channel, id);
    const BmcUser *user;
    uint8_t bits;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    user = bmc_users_get(req->bmc, id);
    bits = user->privilege ? user->privilege : IPMI_PRIV_NO_ACCESS;
    bits |= user->access.callback_only ? ACCESS_CALLBACK : 0;
    bits |= user->access.link_auth ? ACCESS_LINK : 0;
    bits |= user->access.messaging ? ACCESS_MESSAGING : 0;
    byte_writer_u8(out, BMC_USERS_MAX);
    byte_writer_u8(out, count_enabled(req->bmc) |
                   (user->enabled ? STATUS_ENABLED : STATUS_DISABLED));
    byte_writer_u8(out, FIXED_NAMES);
    byte_writer_u8(out, bits);
    return IPMI_CC_OK;
}

static int set_name(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t id = byte_reader_u8(in);
    const char *name = (const char *)byte_reader_take(in, IPMI_NAME_MAX);
    size_t len = strnlen(name, IPMI_NAME_MAX);
    int cc = check_user(id, USER_RESERVED);
    size_t i;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    for (i = len; i < IPMI_NAME_MAX; i++) {
        if (name[i]) {
            return IPMI_CC_INVALID_FIELD;
        }
    }
    if (!bmc_users_set_name(req->bmc, id, name, len, &req->ctx->origin,
                            NULL)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_request_finish_durable(req);
}

static int get_name(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t id = byte_reader_u8(in);
    uint8_t name[IPMI_NAME_MAX] = { 0 };
    const char *text;
    int cc = check_user(id, USER_RESERVED);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    text = bmc_users_get(req->bmc, id)->name;
    memcpy(name, text, strlen(text));
    byte_writer_bytes(out, name, sizeof(name));
    return IPMI_CC_OK;
}

static int test_password(IpmiRequest *req, unsigned id,
                         const uint8_t *password, size_t size)
{
    switch (bmc_users_test_password(req->bmc, id, password, size,
                                    &req->ctx->origin)) {
    case BMC_PASSWORD_RIGHT:
        return IPMI_CC_OK;
    case BMC_PASSWORD_WRONG_SIZE:
        return CC_TEST_WRONG_SIZE;
    case BMC_PASSWORD_TOO_MANY:
        return IPMI_CC_NODE_BUSY;
    case BMC_PASSWORD_WRONG:
        break;
    }
    return CC_TEST_FAILED;
}

/* None at all is no password that is too short. */
static bool long_enough(const Bmc *bmc, const uint8_t *password, size_t size)
{
    while (size && !password[size - 1]) {
        size--;
    }
    return !size || size >= bmc_accounts_min_password(bmc);
}

static int set_password(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t user = byte_reader_u8(in);
    uint8_t operation = byte_reader_u8(in);
    size_t size = user & PASSWORD_20 ? BMC_IPMI_PASSWORD_MAX :
                  BMC_IPMI_PASSWORD_SHORT;
    size_t left = byte_reader_left(in);
    const uint8_t *password = byte_reader_take(in, left);
    unsigned id = user & USER_ID;
    int cc = check_user(user, PASSWORD_RESERVED);

    if (operation > PASSWORD_TEST) {
        return IPMI_CC_INVALID_FIELD;
    }
    /* To enable or disable needs none, and some clients send one */
    if (left != size && (left || operation >= PASSWORD_SET)) {
        return IPMI_CC_LENGTH;
    }
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    switch ((PasswordOperation)operation) {
    case PASSWORD_DISABLE:
    case PASSWORD_ENABLE:
        bmc_users_set_enabled(req->bmc, id, operation == PASSWORD_ENABLE,
                              &req->ctx->origin);
        break;
    case PASSWORD_SET:
        if (!long_enough(req->bmc, password, size)) {
            return IPMI_CC_INVALID_FIELD;
        }
        bmc_users_set_password(req->bmc, id, password, size,
                               &req->ctx->origin);
        break;
    case PASSWORD_TEST:
        return test_password(req, id, password, size);
    }
    return ipmi_request_finish_durable(req);
}

static int set_payload_access(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t user = byte_reader_u8(in);
    uint32_t bits = byte_reader_le32(in);
    unsigned id = user & USER_ID;
    unsigned operation = user >> PAYLOAD_OPERATION_SHIFT;
    uint16_t payloads;
    int cc = check_channel_user(req, channel, id);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    /* Enable or disable; there are no payload types but SOL */
    if (operation > 1 || (bits & ~(uint32_t)BMC_USER_PAYLOAD_SOL)) {
        return IPMI_CC_INVALID_FIELD;
    }
    payloads = bmc_users_get(req->bmc, id)->payloads;
    payloads = operation ? payloads & ~bits : payloads | bits;
    bmc_users_set_payloads(req->bmc, id, payloads, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int get_payload_access(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t id = byte_reader_u8(in);
    int cc = check_channel_user(req, channel, id);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    byte_writer_le32(out, bmc_users_get(req->bmc, id)->payloads);
    return IPMI_CC_OK;
}

#define CHANGES (IPMI_CMD_CHANGES | IPMI_CMD_ACCOUNTS)

const IpmiCommand ipmi_user_commands[] = {
    { IPMI_NETFN_APP, 0x43, 3, 4, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, CHANGES,
      set_access, "Set User Access" },
    { IPMI_NETFN_APP, 0x44, 2, 2, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      get_access, "Get User Access" },
    { IPMI_NETFN_APP, 0x45, 1 + IPMI_NAME_MAX, 1 + IPMI_NAME_MAX,
      BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, CHANGES, set_name,
      "Set User Name" },
    { IPMI_NETFN_APP, 0x46, 1, 1, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      get_name, "Get User Name" },
    { IPMI_NETFN_APP, 0x47, 2, 2 + BMC_IPMI_PASSWORD_MAX,
      BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, CHANGES, set_password,
      "Set User Password" },
    { IPMI_NETFN_APP, 0x4c, 2 + PAYLOAD_LEN, 2 + PAYLOAD_LEN,
      BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, CHANGES, set_payload_access,
      "Set User Payload Access" },
    { IPMI_NETFN_APP, 0x4d, 2, 2, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      get_payload_access, "Get User Payload Access" },
    { .name = NULL },
};
