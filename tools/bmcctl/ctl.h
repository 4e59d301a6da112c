/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to a BMC by Redfish, for one command of a person: over the
 * helper's socket, where root and the helper's own user need no password, or
 * over HTTPS to any BMC.
 */
#ifndef QEMU_BMC_TOOLS_BMCCTL_CTL_H
#define QEMU_BMC_TOOLS_BMCCTL_CTL_H

#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdbool.h>

/**
 * CtlOptions: how the BMC is reached.
 *
 * @name: (nullable): name of a BMC on this host
 * @run_dir: (nullable): its run directory
 * @url: (nullable): "https://host:port" of a BMC anywhere
 * @user: (nullable): who logs in there
 * @ca: (nullable): PEM file of the certificates that are trusted
 * @cert: (nullable): PEM file with a certificate and its key, to be shown
 * @password_file: (nullable): file whose first line is the password
 * @insecure: the certificate is not looked at, or there is none
 * @timeout_s: how long an answer may take; 0 for the default
 * @json: answers are printed as JSON
 */
typedef struct CtlOptions {
    char *name;
    char *run_dir;
    char *url;
    char *user;
    char *ca;
    char *cert;
    char *password_file;
    gboolean insecure;
    int timeout_s;
    gboolean json;
} CtlOptions;

typedef struct Ctl Ctl;

/**
 * ctl_new: make ready to talk; nothing is sent yet. The password for @url is
 * that of the password file, else that of BMC_PASSWORD, or is asked for.
 *
 * @options: copied by reference: must stay
 * @errp: BMC_ERROR_USAGE for options that make no sense
 *
 * Returns: (transfer full): the connection, or NULL
 */
Ctl *ctl_new(const CtlOptions *options, GError **errp);

/**
 * ctl_free: free it.
 *
 * @ctl: the connection, or NULL
 */
void ctl_free(Ctl *ctl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ctl, ctl_free)

/**
 * ctl_json: whether the answer is wanted as JSON.
 *
 * @ctl: the connection
 *
 * Returns: true if so
 */
bool ctl_json(const Ctl *ctl);

/**
 * ctl_call: send a request.
 *
 * @ctl: the connection
 * @method: "GET", ...
 * @path: the resource
 * @body: (nullable): what is sent with it
 * @errp: BMC_ERROR_UNAVAILABLE when the BMC cannot be reached,
 *        BMC_ERROR_FAILED with its own words when it refuses
 *
 * Returns: (transfer full): the answer, an empty object if it has none, or
 * NULL
 */
JsonObject *ctl_call(Ctl *ctl, const char *method, const char *path,
                     JsonObject *body, GError **errp);

/**
 * ctl_message: make a request, to be changed before it is sent.
 *
 * @ctl: the connection
 * @method: "PUT", ...
 * @path: the resource
 * @errp: BMC_ERROR_FAILED when it is no path
 *
 * Returns: (transfer full): the request, or NULL
 */
SoupMessage *ctl_message(Ctl *ctl, const char *method, const char *path,
                         GError **errp);

/**
 * ctl_send: send a request.
 *
 * @ctl: the connection
 * @msg: the request; has the status of the answer then, if there was one
 * @errp: as ctl_call()
 *
 * Returns: (transfer full): as ctl_call()
 */
JsonObject *ctl_send(Ctl *ctl, SoupMessage *msg, GError **errp);

/**
 * ctl_get: the same for GET.
 *
 * @ctl: the connection
 * @path: the resource
 * @errp: as ctl_call()
 *
 * Returns: (transfer full): the answer, or NULL
 */
JsonObject *ctl_get(Ctl *ctl, const char *path, GError **errp);

/**
 * ctl_members: read all members of a collection.
 *
 * @ctl: the connection
 * @path: the collection
 * @errp: as ctl_call()
 *
 * Returns: (transfer full): array of JsonObject, or NULL
 */
GPtrArray *ctl_members(Ctl *ctl, const char *path, GError **errp);

/**
 * ctl_link: find out where a link of a resource leads.
 *
 * @ctl: the connection
 * @path: the resource
 * @name: names of members, "HTTPS/Certificates"
 * @errp: as ctl_call(); BMC_ERROR_NOT_SUPPORTED when it has none
 *
 * Returns: (transfer full): path of the other resource, or NULL
 */
char *ctl_link(Ctl *ctl, const char *path, const char *name, GError **errp);

/**
 * ctl_follow: find a link from a resource, or from the first member of a
 * collection that leads there: ctl_follow(ctl, "Systems", "LogServices").
 *
 * @ctl: the connection
 * @service: name of a collection in the service root
 * @errp: as ctl_call(); BMC_ERROR_NOT_SUPPORTED when it has none
 * @...: names of links from there, as ctl_link(), const char *, ended by NULL
 *
 * Returns: (transfer full): path of the resource, or NULL
 */
char *ctl_follow(Ctl *ctl, GError **errp, const char *service,
                 ...) G_GNUC_NULL_TERMINATED;

/**
 * ctl_action: the target of an action.
 *
 * @resource: the resource
 * @name: its name, "#ComputerSystem.Reset"
 * @errp: BMC_ERROR_NOT_SUPPORTED when it is not there
 *
 * Returns: (transfer none): path, or NULL
 */
const char *ctl_action(JsonObject *resource, const char *name,
                       GError **errp);

/**
 * ctl_stream: open a resource that does not end, such as events.
 *
 * @ctl: the connection
 * @path: the resource
 * @last_id: (nullable): id of the last event that has come
 * @errp: as ctl_call()
 *
 * Returns: (transfer full): the stream, or NULL
 */
GInputStream *ctl_stream(Ctl *ctl, const char *path, const char *last_id,
                         GError **errp);

/**
 * ctl_ask_password: ask for a password without showing it, or read a line
 * when there is no terminal.
 *
 * @prompt: what to ask
 *
 * Returns: (transfer full): the password; free with secret_free(); NULL at
 * the end of the input
 */
char *ctl_ask_password(const char *prompt);

/**
 * ctl_node: find a value.
 *
 * @object: where
 * @path: names of members, "Status/State"
 *
 * Returns: (transfer none): the value, or NULL
 */
JsonNode *ctl_node(JsonObject *object, const char *path);

/**
 * ctl_text: find a text.
 *
 * @object: where
 * @path: as ctl_node()
 *
 * Returns: (transfer none): the text, or NULL if it is none
 */
const char *ctl_text(JsonObject *object, const char *path);

/**
 * ctl_number: find a number.
 *
 * @object: where
 * @path: as ctl_node()
 * @number: set to it
 *
 * Returns: false if it is none
 */
bool ctl_number(JsonObject *object, const char *path, double *number);

/**
 * ctl_true: whether there is a boolean that is true.
 *
 * @object: where
 * @path: as ctl_node()
 *
 * Returns: true if so
 */
bool ctl_true(JsonObject *object, const char *path);

/**
 * ctl_print: print a resource as JSON.
 *
 * @object: the resource
 */
void ctl_print(JsonObject *object);

/**
 * ctl_print_all: print resources as one JSON array.
 *
 * @objects: array of JsonObject
 */
void ctl_print_all(GPtrArray *objects);

#endif /* QEMU_BMC_TOOLS_BMCCTL_CTL_H */
