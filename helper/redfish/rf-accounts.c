/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts (DSP0268 ManagerAccount): those of IPMI, by their slots. The
 * anonymous user of IPMI cannot log in over Redfish and is not among them.
 */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "bmc/accounts.h"
#include "bmc/lockout.h"
#include "util/error.h"

#define ACCOUNTS "/redfish/v1/AccountService/Accounts"
#define ROLES "/redfish/v1/AccountService/Roles"

#define DEPENDS (1 << BMC_PART_USERS)

/* In the order of roles[]. */
static const BmcPrivilege privileges[] = {
    BMC_PRIVILEGE_ADMIN, BMC_PRIVILEGE_OPERATOR, BMC_PRIVILEGE_USER,
};

static const char *const roles[] = {
    "Administrator", "Operator", "ReadOnly", NULL
};

enum { TYPE_REDFISH, TYPE_IPMI };

static const char *const types[] = { "Redfish", "IPMI", NULL };

/* The account, or NULL. */
static const BmcUser *find(const RfContext *ctx)
{
    unsigned slot;
    char id[4];

    for (slot = BMC_USER_ANONYMOUS + 1; slot <= BMC_USERS_MAX; slot++) {
        const BmcUser *user = bmc_users_get(ctx->bmc, slot);

        g_snprintf(id, sizeof(id), "%u", slot);
        if (*user->name && g_str_equal(ctx->ids[0], id)) {
            return user;
        }
    }
    return NULL;
}

static bool exists_account(const RfContext *ctx)
{
    return find(ctx);
}

static bool is_own_account(const RfExchange *x)
{
    return x->user.slot == find(&x->context)->slot;
}

static bool nth_account(const RfContext *ctx, unsigned n,
                        char uri[RF_URI_MAX])
{
    unsigned slot;

    for (slot = BMC_USER_ANONYMOUS + 1; slot <= BMC_USERS_MAX; slot++) {
        if (*bmc_users_get(ctx->bmc, slot)->name && n-- == 0) {
            g_snprintf(uri, RF_URI_MAX, ACCOUNTS "/%u", slot);
            return true;
        }
    }
    return false;
}

static bool get_user_name(const RfContext *ctx, RfValue *value)
{
    value->text = find(ctx)->name;
    return true;
}

/* An account without access has no role that Redfish knows. */
static bool get_role(const RfContext *ctx, RfValue *value)
{
    const BmcUser *user = find(ctx);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(privileges); i++) {
        if (user->privilege == privileges[i]) {
            value->choice = i;
            return true;
        }
    }
    return false;
}

static bool get_role_link(const RfContext *ctx, RfValue *value)
{
    if (!get_role(ctx, value)) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), ROLES "/%s",
               roles[value->choice]);
    value->text = value->buf;
    return true;
}

static bool get_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = find(ctx)->enabled;
    return true;
}

static bool get_locked(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_lockout_holds(ctx->bmc, find(ctx)->slot);
    return true;
}

static bool get_must_change(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_user_must_change(find(ctx));
    return true;
}

static bool get_expiration(const RfContext *ctx, RfValue *value)
{
    int64_t when = find(ctx)->expires_us;

    value->null = !when || !rf_value_set_time(value, when);
    return true;
}

/* Returns false if it is no time. */
static bool read_time(const RfValue *value, int64_t *when)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = NULL;

    *when = 0;
    if (value->null) {
        return true;
    }
    time = g_date_time_new_from_iso8601(value->text, utc);
    if (!time || g_date_time_to_unix(time) <= 0) {
        return false;
    }
    *when = g_date_time_to_unix(time) * G_USEC_PER_SEC;
    return true;
}

static bool nth_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = n;
    return n == TYPE_REDFISH || (n == TYPE_IPMI && find(ctx)->ipmi);
}

static void check_change(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages);
static void start_change(RfExchange *x, const RfPatch *patch);

static const RfSetter change_account = {
    .check = check_change,
    .start = start_change,
};

static bool has_type(JsonArray *array, const char *type)
{
    unsigned i;

    for (i = 0; i < json_array_get_length(array); i++) {
        if (g_str_equal(json_array_get_string_element(array, i), type)) {
            return true;
        }
    }
    return false;
}

/* What is checked when an account is made and when it is changed. */
static void check_values(const RfContext *ctx, const RfPatch *patch,
                         const RfSetter *setter, const BmcUser *user,
                         RfMessages *messages)
{
    const RfValue *name = rf_patch_get(patch, setter, "UserName");
    const RfValue *password = rf_patch_get(patch, setter, "Password");
    const RfValue *accounts = rf_patch_get(patch, setter, "AccountTypes");
    const RfValue *expiration = rf_patch_get(patch, setter,
                                             "PasswordExpiration");
    size_t len = password ? strlen(password->text) : 0;
    const BmcUser *other = NULL;
    int64_t when;

    if (name && *name->text) {
        other = bmc_users_find(ctx->bmc, name->text, strlen(name->text));
    }
    if (other && other != user) {
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS,
                        "/UserName", NULL, "ManagerAccount", "UserName",
                        name->text, NULL);
    } else if (name && !bmc_users_name_fits(name->text)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
                        "/UserName", "A name has 1 to 16 printable ASCII "
                        "characters, and no colon.", name->text, "UserName",
                        NULL);
    }
    if (password && (len < bmc_accounts_min_password(ctx->bmc) ||
                     len > BMC_PASSWORD_MAX)) {
        rf_messages_add(messages, RF_MESSAGE_PASSWORD_INCORRECT_LENGTH,
                        "/Password", NULL, NULL);
    }
    if (expiration && !read_time(expiration, &when)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
                        "/PasswordExpiration", NULL, expiration->text,
                        "PasswordExpiration", NULL);
    }
    if (!accounts) {
        return;
    }
    if (!has_type(json_node_get_array(accounts->node), "Redfish")) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR,
                        "/AccountTypes", "Every account is for Redfish.",
                        "AccountTypes", NULL);
    } else if (has_type(json_node_get_array(accounts->node), "IPMI") &&
               (password ? len > BMC_IPMI_PASSWORD_MAX
                : !bmc_account_has_ipmi_password(ctx->bmc,
                                                 user ? user->slot : 0))) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/AccountTypes", "An account for IPMI needs a "
                        "password of at most 20 bytes.", "AccountTypes",
                        "Password", NULL);
    }
}

static void check_change(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages)
{
    const RfSetter *setter = &change_account;
    const RfValue *role = rf_patch_get(patch, setter, "RoleId");
    const RfValue *enabled = rf_patch_get(patch, setter, "Enabled");
    const RfValue *locked = rf_patch_get(patch, setter, "Locked");
    const BmcUser *user = find(ctx);
    bool last = bmc_account_is_last_admin(ctx->bmc, user->slot);

    check_values(ctx, patch, setter, user, messages);
    if (locked && locked->boolean && !bmc_lockout_holds(ctx->bmc,
                                                        user->slot)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
                        "/Locked", "Only false can be written: it unlocks.",
                        "true", "Locked", NULL);
    }
    if (last && role && role->choice != 0) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR, "/RoleId",
                        "The last administrator must remain one.", "RoleId",
                        NULL);
    }
    if (last && enabled && !enabled->boolean) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR,
                        "/Enabled", "The last administrator must be able to "
                        "log in.", "Enabled", NULL);
    }
}

static void read_change(const RfPatch *patch, const RfSetter *setter,
                        BmcAccountChange *change)
{
    const RfValue *value = rf_patch_get(patch, setter, "UserName");

    if (value) {
        change->has |= BMC_ACCOUNT_NAME;
        change->name = value->text;
    }
    value = rf_patch_get(patch, setter, "Password");
    if (value) {
        change->has |= BMC_ACCOUNT_PASSWORD;
        change->password = value->text;
    }
    value = rf_patch_get(patch, setter, "RoleId");
    if (value) {
        change->has |= BMC_ACCOUNT_PRIVILEGE;
        change->privilege = privileges[value->choice];
    }
    value = rf_patch_get(patch, setter, "AccountTypes");
    if (value) {
        change->has |= BMC_ACCOUNT_IPMI;
        change->ipmi = has_type(json_node_get_array(value->node), "IPMI");
    }
    value = rf_patch_get(patch, setter, "Enabled");
    if (value) {
        change->has |= BMC_ACCOUNT_ENABLED;
        change->enabled = value->boolean;
    }
    value = rf_patch_get(patch, setter, "PasswordChangeRequired");
    if (value) {
        change->has |= BMC_ACCOUNT_MUST_CHANGE;
        change->must_change = value->boolean;
    }
    value = rf_patch_get(patch, setter, "PasswordExpiration");
    if (value && read_time(value, &change->expires_us)) {
        change->has |= BMC_ACCOUNT_EXPIRATION;
    }
    value = rf_patch_get(patch, setter, "Locked");
    if (value && !value->boolean) {
        change->has |= BMC_ACCOUNT_UNLOCK;
    }
}

/* Who asks may have lost the right to while a password was hashed. */
static void complete(RfExchange *x, const GError *err)
{
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_PERMISSION)) {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
    } else {
        rf_exchange_complete(x, err);
    }
}

static void changed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_account_change_finish(res, &err);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (!err && !find(&x->context)) {
        rf_answer_error_about(x, RF_MESSAGE_RESOURCE_MISSING_AT_URI,
                              x->context.uri, 0);
        return;
    }
    complete(x, err);
}

static void start_change(RfExchange *x, const RfPatch *patch)
{
    BmcAccountChange change = { 0 };

    read_change(patch, &change_account, &change);
    bmc_account_change_async(x->context.bmc, find(&x->context)->slot,
                             &change, &x->origin, x->cancellable, changed,
                             rf_exchange_ref(x));
}

static void made(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;
    unsigned slot = bmc_account_change_finish(res, &err);
    g_autofree char *uri = NULL;

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        rf_answer_error(x, RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE);
    } else if (err) {
        complete(x, err);
    } else {
        uri = g_strdup_printf(ACCOUNTS "/%u", slot);
        rf_exchange_created(x, uri, NULL, NULL);
    }
}

static void start_make(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    BmcAccountChange change = { 0 };

    check_values(&x->context, patch, NULL, NULL, messages);
    if (!rf_messages_empty(messages)) {
        rf_exchange_fail(x, messages);
        return;
    }
    read_change(patch, NULL, &change);
    bmc_account_change_async(x->context.bmc, 0, &change, &x->origin,
                             x->cancellable, made, rf_exchange_ref(x));
}

static void start_remove(RfExchange *x)
{
    unsigned slot = find(&x->context)->slot;

    if (bmc_account_is_last_admin(x->context.bmc, slot)) {
        rf_answer_error(x, RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED);
        return;
    }
    bmc_users_set_name(x->context.bmc, slot, "", 0, &x->origin, NULL);
    rf_exchange_complete_kept(x);
}

static const RfProperty link_properties[] = {
    { "Role", RF_TYPE_LINK, .get = get_role_link },
    { NULL }
};

static const RfProperty account_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "User Account" },
    { "UserName", RF_TYPE_STRING, .get = get_user_name,
      .setter = &change_account },
    { "Password", RF_TYPE_STRING, .get = rf_get_null,
      .setter = &change_account, .secret = true,
      .privilege = RF_PRIVILEGE_CONFIGURE_USERS |
                   RF_PRIVILEGE_CONFIGURE_SELF },
    { "PasswordChangeRequired", RF_TYPE_BOOL, .get = get_must_change,
      .setter = &change_account },
    { "PasswordExpiration", RF_TYPE_STRING, .get = get_expiration,
      .setter = &change_account, .nullable = true },
    { "RoleId", RF_TYPE_ENUM, .texts = roles, .get = get_role,
      .setter = &change_account },
    { "Enabled", RF_TYPE_BOOL, .get = get_enabled,
      .setter = &change_account },
    { "Locked", RF_TYPE_BOOL, .get = get_locked, .setter = &change_account },
    { "AccountTypes", RF_TYPE_STRINGS, .texts = types, .item = nth_type,
      .setter = &change_account },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty make_properties[] = {
    { "UserName", RF_TYPE_STRING, .required = true },
    { "Password", RF_TYPE_STRING, .required = true, .secret = true },
    { "RoleId", RF_TYPE_ENUM, .texts = roles, .required = true },
    { "Enabled", RF_TYPE_BOOL },
    { "PasswordChangeRequired", RF_TYPE_BOOL },
    { "PasswordExpiration", RF_TYPE_STRING, .nullable = true },
    { "AccountTypes", RF_TYPE_STRINGS, .texts = types },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Accounts Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_account },
    { NULL }
};

static const RfCreate make = {
    .properties = make_properties,
    .privilege = RF_PRIVILEGE_CONFIGURE_USERS,
    .start = start_make,
};

static const RfDelete remove_account = {
    .privilege = RF_PRIVILEGE_CONFIGURE_USERS,
    .start = start_remove,
};

const RfResource rf_accounts_resources[] = {
    { .path = ACCOUNTS,
      .type = "ManagerAccountCollection.ManagerAccountCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .secret = true,
      .create = &make },
    { .path = ACCOUNTS "/{ManagerAccountId}",
      .type = "ManagerAccount.v1_14_1.ManagerAccount",
      .properties = account_properties,
      .read = RF_PRIVILEGE_CONFIGURE_MANAGER |
              RF_PRIVILEGE_CONFIGURE_USERS | RF_PRIVILEGE_CONFIGURE_SELF,
      .write = RF_PRIVILEGE_CONFIGURE_USERS,
      .depends = DEPENDS,
      .before_change = "GET, HEAD, PATCH",
      .live = true, /* a lockout ends by itself */
      .secret = true,
      .exists = exists_account,
      .is_own = is_own_account,
      .remove = &remove_account },
    { NULL }
};
