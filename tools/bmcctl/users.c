/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts and sessions. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/secret.h"

/* Returns where a link of the service root's service leads. */
static char *service_link(Ctl *ctl, const char *service, const char *link,
                          GError **errp)
{
    g_autofree char *path = ctl_link(ctl, "/redfish/v1/", service, errp);

    return path ? ctl_link(ctl, path, link, errp) : NULL;
}

static char *accounts_path(Ctl *ctl, GError **errp)
{
    return service_link(ctl, "AccountService", "Accounts", errp);
}

static GPtrArray *get_accounts(Ctl *ctl, GError **errp)
{
    g_autofree char *path = accounts_path(ctl, errp);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static bool user_list(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(GPtrArray) accounts = get_accounts(ctl, errp);
    unsigned i;

    if (!accounts) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(accounts);
        return true;
    }
    printf("%-4s %-20s %-14s %s\n", "ID", "NAME", "ROLE", "STATE");
    for (i = 0; i < accounts->len; i++) {
        JsonObject *account = accounts->pdata[i];
        const char *state = "enabled";

        if (ctl_true(account, "Locked")) {
            state = "locked";
        } else if (!ctl_true(account, "Enabled")) {
            state = "disabled";
        }
        printf("%-4s %-20s %-14s %s\n", ctl_text(account, "Id") ?: "-",
               ctl_text(account, "UserName") ?: "-",
               ctl_text(account, "RoleId") ?: "-", state);
    }
    return true;
}

/* The password twice, unless it comes from a file. */
static bool add_password(JsonObject *body, GError **errp)
{
    char *password = ctl_ask_password("New password");
    char *again = isatty(STDIN_FILENO) ? ctl_ask_password("Once more")
                                       : g_strdup(password);
    bool ok = password && *password && g_strcmp0(password, again) == 0;

    if (ok) {
        json_object_set_string_member(body, "Password", password);
    } else {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    password && *password ? "the two are not the same"
                                          : "no password was given");
    }
    secret_free(password);
    secret_free(again);
    return ok;
}

static bool user_add(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autofree char *path = accounts_path(ctl, errp);
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    if (!path || !add_password(body, errp)) {
        return false;
    }
    json_object_set_string_member(body, "UserName", args[0]);
    json_object_set_string_member(body, "RoleId", args[1]);
    answer = ctl_call(ctl, "POST", path, body, errp);
    return answer;
}

/* Returns the account's path. */
static char *find_user(Ctl *ctl, const char *name, GError **errp)
{
    g_autoptr(GPtrArray) accounts = get_accounts(ctl, errp);
    unsigned i;

    for (i = 0; accounts && i < accounts->len; i++) {
        if (g_strcmp0(ctl_text(accounts->pdata[i], "UserName"), name) == 0) {
            return g_strdup(ctl_text(accounts->pdata[i], "@odata.id"));
        }
    }
    if (accounts) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no user '%s' (bmcctl user list shows them)",
                    name);
    }
    return NULL;
}

static bool change_user(Ctl *ctl, const char *name, JsonObject *body,
                        GError **errp)
{
    g_autofree char *path = find_user(ctl, name, errp);
    g_autoptr(JsonObject) answer = NULL;

    if (path) {
        answer = ctl_call(ctl, "PATCH", path, body, errp);
    }
    return answer;
}

static bool user_remove(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autofree char *path = find_user(ctl, args[0], errp);
    g_autoptr(JsonObject) answer = NULL;

    if (path) {
        answer = ctl_call(ctl, "DELETE", path, NULL, errp);
    }
    return answer;
}

static bool user_password(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    return add_password(body, errp) && change_user(ctl, args[0], body, errp);
}

static bool user_role(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    json_object_set_string_member(body, "RoleId", args[1]);
    return change_user(ctl, args[0], body, errp);
}

static bool user_enable(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    json_object_set_boolean_member(body, "Enabled",
                                   g_str_equal(data, "true"));
    return change_user(ctl, args[0], body, errp);
}

static bool user_unlock(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    json_object_set_boolean_member(body, "Locked", false);
    return change_user(ctl, args[0], body, errp);
}

static GPtrArray *get_sessions(Ctl *ctl, GError **errp)
{
    g_autofree char *path = service_link(ctl, "SessionService", "Sessions",
                                         errp);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static bool session_list(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(GPtrArray) sessions = get_sessions(ctl, errp);
    unsigned i;

    if (!sessions) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(sessions);
        return true;
    }
    printf("%-20s %-20s %-20s %s\n", "ID", "USER", "FROM", "SINCE");
    for (i = 0; i < sessions->len; i++) {
        JsonObject *session = sessions->pdata[i];

        printf("%-20s %-20s %-20s %s\n", ctl_text(session, "Id") ?: "-",
               ctl_text(session, "UserName") ?: "-",
               ctl_text(session, "ClientOriginIPAddress") ?: "-",
               ctl_text(session, "CreatedTime") ?: "-");
    }
    return true;
}

static bool session_end(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(GPtrArray) sessions = get_sessions(ctl, errp);
    g_autoptr(JsonObject) answer = NULL;
    unsigned i;

    for (i = 0; sessions && i < sessions->len; i++) {
        JsonObject *session = sessions->pdata[i];

        if (g_strcmp0(ctl_text(session, "Id"), args[0]) == 0) {
            answer = ctl_call(ctl, "DELETE", ctl_text(session, "@odata.id"),
                              NULL, errp);
            return answer;
        }
    }
    if (sessions) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no session '%s'", args[0]);
    }
    return false;
}

const CtlCommand ctl_user_commands[] = {
    { "user list", "", "Show all accounts", user_list, NULL },
    { "user add", "NAME ROLE",
      "Add one: Administrator, Operator or ReadOnly", user_add, NULL },
    { "user remove", "NAME", "Remove one", user_remove, NULL },
    { "user password", "NAME", "Give it another password", user_password,
      NULL },
    { "user role", "NAME ROLE", "Give it another role", user_role, NULL },
    { "user enable", "NAME", "Let it log in", user_enable, "true" },
    { "user disable", "NAME", "Do not let it log in", user_enable, "false" },
    { "user unlock", "NAME", "End its lockout", user_unlock, NULL },
    { "session list", "", "Show who has logged in", session_list, NULL },
    { "session end", "ID", "End a session", session_end, NULL },
    { NULL }
};
