/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection. */
#include "osdep.h"

#include "ctl.h"

#include <gio/gunixsocketaddress.h>
#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "util/error.h"
#include "util/json.h"
#include "util/secret.h"

#define LOCAL "http://localhost"
#define TIMEOUT_S 30
/* A BMC says at least every half minute that it is there. */
#define STREAM_TIMEOUT_S 120
/* Far more than any resource has. */
#define ANSWER_MAX (4 << 20)
/* A next link that leads round in a circle ends here. */
#define PAGES_MAX 1000
#define PASSWORD_MAX 256
#define REFUSED "only root and the user that qemu-bmc runs as may do that"

/*
 * @path: the socket; NULL with a URL
 * @base: what paths are appended to
 */
struct Ctl {
    const CtlOptions *options;
    char *path;
    char *base;
    char *authorization;
    GTlsCertificate *certificate;
    SoupSession *session;
};

/* JSON: a path of members, e.g. "Status/State" */

JsonNode *ctl_node(JsonObject *object, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    JsonNode *node = NULL;
    unsigned i;

    for (i = 0; names[i]; i++) {
        node = object ? json_object_get_member(object, names[i]) : NULL;
        object = node && JSON_NODE_HOLDS_OBJECT(node)
                 ? json_node_get_object(node) : NULL;
    }
    return node;
}

const char *ctl_text(JsonObject *object, const char *path)
{
    JsonNode *node = ctl_node(object, path);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node) : NULL;
}

bool ctl_number(JsonObject *object, const char *path, double *number)
{
    JsonNode *node = ctl_node(object, path);
    GType type = node && JSON_NODE_HOLDS_VALUE(node)
                 ? json_node_get_value_type(node) : G_TYPE_NONE;

    if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) {
        return false;
    }
    *number = json_node_get_double(node);
    return true;
}

bool ctl_true(JsonObject *object, const char *path)
{
    JsonNode *node = ctl_node(object, path);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(node);
}

void ctl_print(JsonObject *object)
{
    g_autofree char *text = json_print(object);

    printf("%s\n", text);
}

void ctl_print_all(GPtrArray *objects)
{
    unsigned i;

    printf("[");
    for (i = 0; i < objects->len; i++) {
        g_autofree char *text = json_print(objects->pdata[i]);

        printf("%s\n%s", i ? "," : "", text);
    }
    printf("\n]\n");
}

/* Where it is */

/* Where qemu-bmc puts it by the same options. */
static char *find_socket(const CtlOptions *options)
{
    const char *dir = options->run_dir ?: g_getenv("BMC_RUN_DIR");
    const char *name = options->name ?: g_getenv("BMC_NAME");

    if (dir && *dir) {
        return g_build_filename(dir, "redfish.sock", NULL);
    }
    if (!name || !*name) {
        name = "1";
    }
    return geteuid() == 0
        ? g_build_filename(QEMU_BMC_RUN_ROOT, name, "redfish.sock", NULL)
        : g_build_filename(g_get_user_runtime_dir(), "qemu-bmc", name,
                           "redfish.sock", NULL);
}

char *ctl_ask_password(const char *prompt)
{
    bool terminal = isatty(STDIN_FILENO);
    struct termios old, quiet;
    char buf[PASSWORD_MAX];
    char *password = NULL;

    if (terminal && tcgetattr(STDIN_FILENO, &old) == 0) {
        fprintf(stderr, "%s: ", prompt);
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    } else {
        terminal = false;
    }
    if (fgets(buf, sizeof(buf), stdin)) {
        buf[strcspn(buf, "\r\n")] = '\0';
        password = g_strdup(buf);
    }
    secret_wipe(buf, sizeof(buf));
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    return password;
}

/* The first line. */
static char *read_password(const char *path, GError **errp)
{
    g_autoptr(GError) err = NULL;
    char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "cannot read the password: %s", err->message);
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static bool set_login(Ctl *ctl, GError **errp)
{
    const CtlOptions *options = ctl->options;
    const char *given = g_getenv("BMC_PASSWORD");
    char *password = NULL;
    char *pair;

    if (options->password_file) {
        password = read_password(options->password_file, errp);
        if (!password) {
            return false;
        }
    } else if (given) {
        password = g_strdup(given);
    }

    if (!options->user) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "--url needs --user or --cert too");
        secret_free(password);
        return false;
    }
    if (!password) {
        g_autofree char *prompt = g_strdup_printf("Password of %s",
                                                  options->user);

        password = ctl_ask_password(prompt);
    }
    if (!password) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "no password (--password-file, BMC_PASSWORD, or standard "
                    "input)");
        return false;
    }
    pair = g_strdup_printf("%s:%s", options->user, password);
    secret_free(password);
    password = g_base64_encode((const guchar *)pair, strlen(pair));
    secret_free(pair);
    ctl->authorization = g_strconcat("Basic ", password, NULL);
    secret_free(password);
    return true;
}

static unsigned timeout_s(const CtlOptions *options)
{
    return options->timeout_s > 0 ? options->timeout_s : TIMEOUT_S;
}

static bool open_url(Ctl *ctl, GError **errp)
{
    const CtlOptions *options = ctl->options;
    g_autoptr(GTlsDatabase) database = NULL;
    g_autoptr(GError) err = NULL;
    g_autoptr(GUri) uri = g_uri_parse(options->url, SOUP_HTTP_URI_FLAGS,
                                      NULL);

    if (!uri || !g_uri_get_host(uri) ||
        !(g_str_equal(g_uri_get_scheme(uri), "https") ||
          g_str_equal(g_uri_get_scheme(uri), "http"))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a URL such as https://192.0.2.1",
                    options->url);
        return false;
    }
    if (g_str_equal(g_uri_get_scheme(uri), "http") && !options->insecure) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "over http others can read the password (use https, or "
                    "--insecure if that does not matter)");
        return false;
    }
    ctl->base = g_strdup(options->url);
    g_strchomp(ctl->base);
    if (g_str_has_suffix(ctl->base, "/")) {
        ctl->base[strlen(ctl->base) - 1] = '\0';
    }
    /* BMCs are in a network of their own, not behind a proxy. */
    ctl->session = soup_session_new_with_options(
        "proxy-resolver", NULL, "timeout", timeout_s(options), NULL);
    if (options->ca) {
        database = g_tls_file_database_new(options->ca, &err);
        if (!database) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "cannot read the certificates of --ca: %s",
                        err->message);
            return false;
        }
        soup_session_set_tls_database(ctl->session, database);
    }
    if (options->cert) {
        ctl->certificate = g_tls_certificate_new_from_file(options->cert,
                                                           &err);
        if (!ctl->certificate) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "cannot read the certificate of --cert: %s",
                        err->message);
            return false;
        }
    }
    return (options->cert && !options->user) || set_login(ctl, errp);
}

Ctl *ctl_new(const CtlOptions *options, GError **errp)
{
    g_autoptr(Ctl) ctl = g_new0(Ctl, 1);
    g_autoptr(GSocketAddress) address = NULL;

    ctl->options = options;
    if (options->url) {
        return open_url(ctl, errp) ? g_steal_pointer(&ctl) : NULL;
    }
    ctl->path = find_socket(options);
    ctl->base = g_strdup(LOCAL);
    address = g_unix_socket_address_new(ctl->path);
    ctl->session = soup_session_new_with_options(
        "remote-connectable", address, "proxy-resolver", NULL,
        "timeout", timeout_s(options), NULL);
    return g_steal_pointer(&ctl);
}

void ctl_free(Ctl *ctl)
{
    if (!ctl) {
        return;
    }
    g_clear_object(&ctl->session);
    g_clear_object(&ctl->certificate);
    secret_free(ctl->authorization);
    g_free(ctl->path);
    g_free(ctl->base);
    g_free(ctl);
}

bool ctl_json(const Ctl *ctl)
{
    return ctl->options->json;
}

/* Requests */

/*
 * A BMC that knows better than its registry says in the resolution why it
 * refuses; those of the registries say to correct the request and resubmit it.
 */
static bool says_more(const char *resolution)
{
    return resolution && *resolution && !strstr(resolution, "esubmit") &&
           !g_str_has_prefix(resolution, "None");
}

/* What the BMC says is wrong: its first message, or the status. */
static void set_refusal(Ctl *ctl, unsigned status, JsonObject *answer,
                        GError **errp)
{
    JsonNode *node = answer
        ? ctl_node(answer, "error/@Message.ExtendedInfo") : NULL;
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    JsonNode *first = array && json_array_get_length(array)
                      ? json_array_get_element(array, 0) : NULL;
    const char *message = NULL;
    const char *resolution = NULL;
    const char *id = NULL;

    if (first && JSON_NODE_HOLDS_OBJECT(first)) {
        JsonObject *object = json_node_get_object(first);

        message = ctl_text(object, "Message");
        resolution = ctl_text(object, "Resolution");
        id = ctl_text(object, "MessageId");
    }
    if (status == SOUP_STATUS_UNAUTHORIZED) {
        message = ctl->path ? REFUSED :
                  ctl->authorization ? "wrong user name or password"
                                     : "the certificate does not count";
    } else if (id && g_str_has_suffix(id, ".GeneralError") && resolution) {
        message = resolution; /* the message only points to it */
    } else if (message && says_more(resolution)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "%s %s", message,
                    resolution);
        return;
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "%s",
                message ?: soup_status_get_phrase(status));
}

static gboolean on_certificate(SoupMessage *msg, GTlsCertificate *certificate,
                               GTlsCertificateFlags errors, void *opaque)
{
    return TRUE;
}

/* A login is for this BMC, and not for where it may send us. */
SoupMessage *ctl_message(Ctl *ctl, const char *method, const char *path,
                         GError **errp)
{
    g_autofree char *uri = g_strconcat(ctl->base, path, NULL);
    SoupMessage *msg = path[0] == '/' ? soup_message_new(method, uri) : NULL;

    if (!msg) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "'%s' is not a path of a resource", path);
        return NULL;
    }
    soup_message_add_flags(msg, SOUP_MESSAGE_NO_REDIRECT);
    if (ctl->authorization) {
        soup_message_headers_replace(soup_message_get_request_headers(msg),
                                     "Authorization", ctl->authorization);
    }
    if (ctl->certificate) {
        soup_message_set_tls_client_certificate(msg, ctl->certificate);
    }
    if (ctl->options->insecure) {
        g_signal_connect(msg, "accept-certificate",
                         G_CALLBACK(on_certificate), NULL);
    }
    return msg;
}

static void set_unreachable(Ctl *ctl, const GError *err, GError **errp)
{
    const char *where = ctl->path ?: ctl->base;

    if (ctl->path &&
        (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "no BMC at %s (is qemu-bmc running? --name or --run-dir "
                    "tell which)", where);
    } else if (g_error_matches(err, G_IO_ERROR,
                               G_IO_ERROR_PERMISSION_DENIED)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION, "%s: " REFUSED,
                    where);
    } else if (err->domain == G_TLS_ERROR) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "%s: %s (--ca tells whom to trust, --insecure asks for "
                    "no certificate)", where, err->message);
    } else {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE, "%s: %s", where,
                    err->message);
    }
}

JsonObject *ctl_send(Ctl *ctl, SoupMessage *msg, GError **errp)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GBytes) bytes = soup_session_send_and_read(ctl->session, msg,
                                                         NULL, &err);
    g_autoptr(JsonObject) answer = NULL;
    const char *text;
    size_t len;

    if (!bytes) {
        set_unreachable(ctl, err, errp);
        return NULL;
    }
    text = g_bytes_get_data(bytes, &len);
    answer = len && len <= ANSWER_MAX ? json_parse_object(text, len, NULL)
                                      : NULL;
    if (!SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(msg))) {
        set_refusal(ctl, soup_message_get_status(msg), answer, errp);
        return NULL;
    }
    if (!answer && len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s does not answer as a BMC", ctl->path ?: ctl->base);
        return NULL;
    }
    return answer ? g_steal_pointer(&answer) : json_object_new();
}

JsonObject *ctl_call(Ctl *ctl, const char *method, const char *path,
                     JsonObject *body, GError **errp)
{
    g_autoptr(SoupMessage) msg = ctl_message(ctl, method, path, errp);

    if (msg && body) {
        char *json = json_print(body);
        g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(
            json, strlen(json), (GDestroyNotify)secret_free, json);

        soup_message_set_request_body_from_bytes(msg, "application/json",
                                                 bytes);
    }
    return msg ? ctl_send(ctl, msg, errp) : NULL;
}

JsonObject *ctl_get(Ctl *ctl, const char *path, GError **errp)
{
    return ctl_call(ctl, "GET", path, NULL, errp);
}

GInputStream *ctl_stream(Ctl *ctl, const char *path, const char *last_id,
                         GError **errp)
{
    g_autoptr(SoupMessage) msg = ctl_message(ctl, "GET", path, errp);
    g_autoptr(GError) err = NULL;
    g_autoptr(GInputStream) stream = NULL;

    if (!msg) {
        return NULL;
    }
    g_object_set(ctl->session, "timeout", STREAM_TIMEOUT_S, NULL);
    soup_message_headers_replace(soup_message_get_request_headers(msg),
                                 "Accept", "text/event-stream");
    if (last_id) {
        soup_message_headers_replace(soup_message_get_request_headers(msg),
                                     "Last-Event-ID", last_id);
    }
    stream = soup_session_send(ctl->session, msg, NULL, &err);
    if (!stream) {
        set_unreachable(ctl, err, errp);
        return NULL;
    }
    if (!SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(msg))) {
        set_refusal(ctl, soup_message_get_status(msg), NULL, errp);
        return NULL;
    }
    return g_steal_pointer(&stream);
}

/* Ways through the resources */

static JsonArray *find_array(JsonObject *object, const char *path)
{
    JsonNode *node = ctl_node(object, path);

    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node)
                                               : NULL;
}

/* Many services expand members on the way; those are taken as they are. */
static bool add_members(Ctl *ctl, JsonArray *array, GPtrArray *members,
                        GError **errp)
{
    unsigned i;

    for (i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        JsonObject *member = JSON_NODE_HOLDS_OBJECT(node)
                             ? json_node_get_object(node) : NULL;
        const char *path = member ? ctl_text(member, "@odata.id") : NULL;

        if (!path) {
            continue;
        }
        member = json_object_get_size(member) > 1 ? json_object_ref(member)
                                                  : ctl_get(ctl, path, errp);
        if (!member) {
            return false;
        }
        g_ptr_array_add(members, member);
    }
    return true;
}

GPtrArray *ctl_members(Ctl *ctl, const char *path, GError **errp)
{
    g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(
        (GDestroyNotify)json_object_unref);
    g_autofree char *next = g_strdup(path);
    unsigned i;

    for (i = 0; next && i < PAGES_MAX; i++) {
        g_autoptr(JsonObject) page = ctl_get(ctl, next, errp);

        if (!page ||
            !add_members(ctl, find_array(page, "Members"), members, errp)) {
            return NULL;
        }
        g_free(next);
        next = g_strdup(ctl_text(page, "Members@odata.nextLink"));
    }
    return g_steal_pointer(&members);
}

static char *first_member(Ctl *ctl, const char *path, GError **errp)
{
    g_autoptr(JsonObject) collection = ctl_get(ctl, path, errp);
    JsonArray *array = collection ? find_array(collection, "Members") : NULL;
    JsonNode *node = array && json_array_get_length(array)
                     ? json_array_get_element(array, 0) : NULL;
    const char *member = node && JSON_NODE_HOLDS_OBJECT(node)
        ? ctl_text(json_node_get_object(node), "@odata.id") : NULL;

    if (collection && !member) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "there is nothing in %s", path);
    }
    return g_strdup(member);
}

char *ctl_link(Ctl *ctl, const char *path, const char *name, GError **errp)
{
    g_autoptr(JsonObject) object = ctl_get(ctl, path, errp);
    g_autofree char *link = g_strconcat(name, "/@odata.id", NULL);
    const char *to = object ? ctl_text(object, link) : NULL;

    if (object && !to) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC has no %s", name);
    }
    return g_strdup(to);
}

char *ctl_follow(Ctl *ctl, GError **errp, const char *service, ...)
{
    g_autofree char *collection = ctl_link(ctl, "/redfish/v1/", service, errp);
    g_autofree char *path = collection ? first_member(ctl, collection, errp)
                                       : NULL;
    const char *name;
    va_list ap;

    va_start(ap, service);
    while (path && (name = va_arg(ap, const char *))) {
        char *next = ctl_link(ctl, path, name, errp);

        g_free(path);
        path = next;
    }
    va_end(ap);
    return g_steal_pointer(&path);
}

const char *ctl_action(JsonObject *resource, const char *name,
                       GError **errp)
{
    g_autofree char *path = g_strdup_printf("Actions/%s/target", name);
    const char *target = ctl_text(resource, path);

    if (!target) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC has no action %s", name);
    }
    return target;
}
