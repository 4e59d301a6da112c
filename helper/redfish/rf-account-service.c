/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for all accounts, and roles (DSP0268 AccountService, Role). */
#include "osdep.h"

#include "redfish/rf-certificate.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-privileges.h"

#include "bmc/accounts.h"
#include "bmc/lan.h"
#include "bmc/lockout.h"

#define SERVICE "/redfish/v1/AccountService"
#define ROLES SERVICE "/Roles"

/* The policy is LAN parameter 26, too. */
#define DEPENDS (1 << BMC_PART_USERS | 1 << BMC_PART_LAN | \
                 1 << BMC_PART_TRUST | 1 << BMC_PART_CERTIFICATE)
#define LOCKOUT_S_MAX (10 * UINT16_MAX)
#define DEFAULT_RESET_S 60
#define DEFAULT_LOCKOUT_S 60

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };
static const char *const local_auth[] = { "Enabled", NULL };
static const char *const account_types[] = { "Redfish", "IPMI", NULL };

/* All roles are those that DSP0266 knows. */
static const struct {
    const char *id;
    const char *name;
    BmcPrivilege privilege;
} roles[] = {
    { "Administrator", "Administrator Role", BMC_PRIVILEGE_ADMIN },
    { "Operator", "Operator Role", BMC_PRIVILEGE_OPERATOR },
    { "ReadOnly", "Read-Only Role", BMC_PRIVILEGE_USER },
};

static const char *const privilege_names[] = {
    "Login", "ConfigureSelf", "ConfigureComponents", "ConfigureManager",
    "ConfigureUsers", NULL
};

static bool get_min_length(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_accounts_min_password(ctx->bmc);
    return true;
}

static bool get_max_length(const RfContext *ctx, RfValue *value)
{
    value->integer = BMC_PASSWORD_MAX;
    return true;
}

static bool get_threshold(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lockout_get(ctx->bmc)->threshold;
    return true;
}

/* Null: until an administrator unlocks the account. */
static bool get_duration(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lockout_get(ctx->bmc)->lockout_s;
    value->null = !value->integer;
    return true;
}

static bool get_reset_after(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lockout_get(ctx->bmc)->reset_s;
    return true;
}

static bool get_reset_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_lockout_get(ctx->bmc)->reset_s;
    return true;
}

static bool nth_account_type(const RfContext *ctx, unsigned n,
                             RfValue *value)
{
    value->choice = n;
    return account_types[n];
}

/* Null: passwords do not expire. */
static bool get_expiration_days(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_accounts_expiration_days(ctx->bmc);
    value->null = !value->integer;
    return true;
}

static void check_lockout(const RfContext *ctx, const RfPatch *patch,
                          RfMessages *messages);
static void start_days(RfExchange *x, const RfPatch *patch);
static void start_lockout(RfExchange *x, const RfPatch *patch);
static void start_length(RfExchange *x, const RfPatch *patch);

static const RfSetter set_lockout = {
    .check = check_lockout,
    .start = start_lockout,
};

static const RfSetter set_length = { .start = start_length };

static const RfSetter set_days = { .start = start_days };

static void start_days(RfExchange *x, const RfPatch *patch)
{
    const RfValue *days = rf_patch_get(patch, &set_days,
                                       "PasswordExpirationDays");

    bmc_accounts_set_expiration_days(x->context.bmc,
                                     days->null ? 0 : days->integer,
                                     &x->origin);
    rf_exchange_complete_kept(x);
}

static void start_length(RfExchange *x, const RfPatch *patch)
{
    const RfValue *min = rf_patch_get(patch, &set_length,
                                      "MinPasswordLength");

    bmc_accounts_set_min_password(x->context.bmc, min->integer, &x->origin);
    rf_exchange_complete_kept(x);
}

/*
 * A counter that is never reset by time goes with a lockout that does not
 * end by time, as DSP0268 has it.
 */
static void read_lockout(const RfContext *ctx, const RfPatch *patch,
                         BmcLockoutPolicy *policy)
{
    const RfSetter *setter = &set_lockout;
    const RfValue *threshold = rf_patch_get(patch, setter,
                                            "AccountLockoutThreshold");
    const RfValue *duration = rf_patch_get(patch, setter,
                                           "AccountLockoutDuration");
    const RfValue *after = rf_patch_get(patch, setter,
                                        "AccountLockoutCounterResetAfter");
    const RfValue *enabled = rf_patch_get(
        patch, setter, "AccountLockoutCounterResetEnabled");

    *policy = *bmc_lockout_get(ctx->bmc);
    if (threshold) {
        policy->threshold = threshold->integer;
    }
    if (enabled && !enabled->boolean) {
        policy->reset_s = 0;
        policy->lockout_s = 0;
    } else if (enabled && !policy->reset_s) {
        policy->reset_s = DEFAULT_RESET_S;
        policy->lockout_s = DEFAULT_LOCKOUT_S;
    }
    if (duration) {
        policy->lockout_s = duration->null ? 0 : duration->integer;
    }
    if (after) {
        policy->reset_s = after->integer;
    }
}

static void check_lockout(const RfContext *ctx, const RfPatch *patch,
                          RfMessages *messages)
{
    BmcLockoutPolicy policy;
    const RfValue *enabled = rf_patch_get(
        patch, &set_lockout, "AccountLockoutCounterResetEnabled");

    read_lockout(ctx, patch, &policy);
    if (policy.lockout_s && policy.reset_s > policy.lockout_s) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/AccountLockoutCounterResetAfter",
                        "A lockout must be at least as long as the time "
                        "after which failures are forgotten.",
                        "AccountLockoutCounterResetAfter",
                        "AccountLockoutDuration", NULL);
    }
    if (enabled && enabled->boolean != (policy.reset_s != 0)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/AccountLockoutCounterResetEnabled", NULL,
                        "AccountLockoutCounterResetEnabled",
                        "AccountLockoutCounterResetAfter", NULL);
    }
}

static void start_lockout(RfExchange *x, const RfPatch *patch)
{
    BmcLockoutPolicy policy;

    read_lockout(&x->context, patch, &policy);
    bmc_lan_set_bad_password(x->context.bmc, &policy, &x->origin);
    rf_exchange_complete_kept(x);
}

static int role_of(const RfContext *ctx)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(roles); i++) {
        if (g_str_equal(roles[i].id, ctx->ids[0])) {
            return i;
        }
    }
    return -1;
}

static bool exists_role(const RfContext *ctx)
{
    return role_of(ctx) >= 0;
}

static bool get_role_name(const RfContext *ctx, RfValue *value)
{
    value->text = roles[role_of(ctx)].name;
    return true;
}

static bool nth_privilege(const RfContext *ctx, unsigned n, RfValue *value)
{
    unsigned mask = rf_auth_privileges(roles[role_of(ctx)].privilege);

    for (value->choice = 0; privilege_names[value->choice];
         value->choice++) {
        if (mask & 1 << value->choice && n-- == 0) {
            return true;
        }
    }
    return false;
}

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "AccountService" },
    { "Name", RF_TYPE_STRING, .text = "Account Service" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "LocalAccountAuth", RF_TYPE_ENUM, .texts = local_auth,
      .get = rf_get_first },
    { "SupportedAccountTypes", RF_TYPE_STRINGS, .texts = account_types,
      .item = nth_account_type },
    { "MinPasswordLength", RF_TYPE_INTEGER, .get = get_min_length,
      .setter = &set_length, .min = 1, .max = BMC_IPMI_PASSWORD_SHORT },
    { "MaxPasswordLength", RF_TYPE_INTEGER, .get = get_max_length },
    { "PasswordExpirationDays", RF_TYPE_INTEGER, .get = get_expiration_days,
      .setter = &set_days, .nullable = true, .min = 1,
      .max = BMC_PASSWORD_DAYS_MAX },
    { "AccountLockoutThreshold", RF_TYPE_INTEGER, .get = get_threshold,
      .setter = &set_lockout, .min = 0, .max = UINT8_MAX },
    { "AccountLockoutDuration", RF_TYPE_INTEGER, .get = get_duration,
      .setter = &set_lockout, .nullable = true, .min = 1,
      .max = LOCKOUT_S_MAX },
    { "AccountLockoutCounterResetAfter", RF_TYPE_INTEGER,
      .get = get_reset_after, .setter = &set_lockout, .min = 0,
      .max = LOCKOUT_S_MAX },
    { "AccountLockoutCounterResetEnabled", RF_TYPE_BOOL,
      .get = get_reset_enabled, .setter = &set_lockout },
    { "MultiFactorAuth", RF_TYPE_OBJECT,
      .members = rf_multi_factor_properties },
    { "Accounts", RF_TYPE_LINK, .text = SERVICE "/Accounts" },
    { "Roles", RF_TYPE_LINK, .text = ROLES },
    { "PrivilegeMap", RF_TYPE_LINK, .text = RF_PRIVILEGES_URI },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Roles Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) {
          ROLES "/Administrator", ROLES "/Operator", ROLES "/ReadOnly", NULL
      } },
    { NULL }
};

static const RfProperty role_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_role_name },
    { "RoleId", RF_TYPE_STRING, .get = rf_get_id },
    { "IsPredefined", RF_TYPE_BOOL, .get = rf_get_true },
    { "AssignedPrivileges", RF_TYPE_STRINGS, .texts = privilege_names,
      .item = nth_privilege },
    { NULL }
};

const RfResource rf_account_service_resources[] = {
    { .path = SERVICE,
      .type = "AccountService.v1_18_1.AccountService",
      .properties = service_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_USERS,
      .depends = DEPENDS },
    { .path = ROLES,
      .type = "RoleCollection.RoleCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = ROLES "/{RoleId}",
      .type = "Role.v1_3_3.Role",
      .properties = role_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_role },
    { NULL }
};
