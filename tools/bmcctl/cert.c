/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates: the one of HTTPS, and whom clients' may be from. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/secret.h"

#define CLIENT "MultiFactorAuth/ClientCertificate"
#define FILE_MAX (64 * 1024)
#define NAMES_MAX 16

static const struct {
    const char *path;
    const char *about;
} name_parts[] = {
    { "CommonName", "CN" },
    { "OrganizationalUnit", "OU" },
    { "Organization", "O" },
    { "City", "L" },
    { "State", "ST" },
    { "Country", "C" },
};

/* A subject or issuer in one line. */
static char *name_of(JsonObject *certificate, const char *who)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(name_parts); i++) {
        g_autofree char *path = g_strdup_printf("%s/%s", who,
                                                name_parts[i].path);
        const char *part = ctl_text(certificate, path);

        if (part) {
            g_string_append_printf(text, "%s%s=%s", text->len ? ", " : "",
                                   name_parts[i].about, part);
        }
    }
    return g_string_free(text, FALSE);
}

static JsonObject *new_link(const char *path)
{
    JsonObject *link = json_object_new();

    json_object_set_string_member(link, "@odata.id", path);
    return link;
}

static char *https_path(Ctl *ctl, GError **errp)
{
    return ctl_follow(ctl, errp, "Managers", "NetworkProtocol",
                      "HTTPS/Certificates", NULL);
}

/* The certificate that clients see. */
static JsonObject *get_own(Ctl *ctl, GError **errp)
{
    g_autofree char *path = https_path(ctl, errp);
    g_autoptr(GPtrArray) members = path ? ctl_members(ctl, path, errp) : NULL;

    if (members && !members->len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "this BMC has no certificate");
    }
    return members && members->len ? json_object_ref(members->pdata[0])
                                   : NULL;
}

static bool cert_show(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) certificate = get_own(ctl, errp);
    g_autofree char *subject = NULL;
    g_autofree char *issuer = NULL;

    if (!certificate) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(certificate);
        return true;
    }
    subject = name_of(certificate, "Subject");
    issuer = name_of(certificate, "Issuer");
    printf("Subject:      %s\n", subject);
    printf("Issuer:       %s\n", issuer);
    printf("Valid from:   %s\n",
           ctl_text(certificate, "ValidNotBefore") ?: "-");
    printf("Valid until:  %s\n",
           ctl_text(certificate, "ValidNotAfter") ?: "-");
    printf("Serial:       %s\n",
           ctl_text(certificate, "SerialNumber") ?: "-");
    printf("SHA-256:      %s\n", ctl_text(certificate, "Fingerprint") ?: "-");
    return true;
}

static bool cert_pem(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) certificate = get_own(ctl, errp);
    const char *pem;

    if (!certificate) {
        return false;
    }
    pem = ctl_text(certificate, "CertificateString");
    if (!pem) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC does not show it");
        return false;
    }
    fputs(pem, stdout);
    return true;
}

static JsonObject *get_service(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_link(ctl, "/redfish/v1/",
                                     "CertificateService", errp);

    return path ? ctl_get(ctl, path, errp) : NULL;
}

static void print_csr(Ctl *ctl, JsonObject *answer)
{
    const char *csr = ctl_text(answer, "CSRString");

    if (ctl_json(ctl)) {
        ctl_print(answer);
    } else if (csr) {
        fputs(csr, stdout);
    }
}

static bool cert_csr(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) service = get_service(ctl, errp);
    const char *target = service
        ? ctl_action(service, "#CertificateService.GenerateCSR", errp) : NULL;
    g_autofree char *path = target ? https_path(ctl, errp) : NULL;
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    if (!path) {
        return false;
    }
    json_object_set_object_member(body, "CertificateCollection",
                                  new_link(path));
    json_object_set_string_member(body, "CommonName", args[0]);
    if (args[1]) {
        g_auto(GStrv) names = g_strsplit(args[1], ",", NAMES_MAX + 1);
        JsonArray *array = json_array_new();
        unsigned i;

        for (i = 0; names[i]; i++) {
            json_array_add_string_element(array, names[i]);
        }
        json_object_set_array_member(body, "AlternativeNames", array);
    }
    answer = ctl_call(ctl, "POST", target, body, errp);
    if (!answer) {
        return false;
    }
    print_csr(ctl, answer);
    return true;
}

/* @data: the action */
static bool cert_again(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) own = get_own(ctl, errp);
    const char *target = own ? ctl_action(own, data, errp) : NULL;
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    if (target) {
        answer = ctl_call(ctl, "POST", target, body, errp);
    }
    if (answer) {
        print_csr(ctl, answer);
    }
    return answer;
}

/* It may have a key in it: free with secret_free(). */
static char *read_file(const char *path, GError **errp)
{
    g_autoptr(GError) err = NULL;
    char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, &err)) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_USAGE, err->message);
        return NULL;
    }
    if (len > FILE_MAX || strlen(text) != len || !g_str_is_ascii(text)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s is no certificate in PEM form", path);
        secret_free(text);
        return NULL;
    }
    return text;
}

static bool is_chain(const char *text)
{
    const char *first = strstr(text, "-----BEGIN CERTIFICATE");

    return first && strstr(first + 1, "-----BEGIN CERTIFICATE");
}

JsonObject *ctl_certificate_body(const char *path, GError **errp)
{
    char *text = read_file(path, errp);
    JsonObject *body;

    if (!text) {
        return NULL;
    }
    body = json_object_new();
    json_object_set_string_member(body, "CertificateType",
                                  is_chain(text) ? "PEMchain" : "PEM");
    json_object_set_string_member(body, "CertificateString", text);
    secret_free(text);
    return body;
}

static bool cert_replace(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) body = ctl_certificate_body(args[0], errp);
    g_autoptr(JsonObject) service = body ? get_service(ctl, errp) : NULL;
    const char *target = service
        ? ctl_action(service, "#CertificateService.ReplaceCertificate", errp)
        : NULL;
    g_autoptr(JsonObject) own = target ? get_own(ctl, errp) : NULL;
    g_autoptr(JsonObject) answer = NULL;

    if (!own) {
        return false;
    }
    json_object_set_object_member(body, "CertificateUri",
                                  new_link(ctl_text(own, "@odata.id")));
    answer = ctl_call(ctl, "POST", target, body, errp);
    return answer;
}

static char *account_service(Ctl *ctl, GError **errp)
{
    return ctl_link(ctl, "/redfish/v1/", "AccountService", errp);
}

static char *authorities_path(Ctl *ctl, GError **errp)
{
    g_autofree char *path = account_service(ctl, errp);

    return path ? ctl_link(ctl, path, CLIENT "/Certificates", errp) : NULL;
}

static GPtrArray *get_authorities(Ctl *ctl, GError **errp)
{
    g_autofree char *path = authorities_path(ctl, errp);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static bool trust_list(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    g_autoptr(GPtrArray) list = get_authorities(ctl, errp);
    unsigned i;

    if (!list) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(list);
        return true;
    }
    printf("%-4s %-30s %-26s %s\n", "ID", "AUTHORITY", "VALID UNTIL",
           "SHA-256");
    for (i = 0; i < list->len; i++) {
        g_autofree char *name = name_of(list->pdata[i], "Subject");

        printf("%-4s %-30s %-26s %s\n", ctl_text(list->pdata[i], "Id") ?: "-",
               name, ctl_text(list->pdata[i], "ValidNotAfter") ?: "-",
               ctl_text(list->pdata[i], "Fingerprint") ?: "-");
    }
    return true;
}

static bool trust_add(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) body = ctl_certificate_body(args[0], errp);
    g_autofree char *path = body ? authorities_path(ctl, errp) : NULL;
    g_autoptr(JsonObject) answer = NULL;

    if (path) {
        answer = ctl_call(ctl, "POST", path, body, errp);
    }
    return answer;
}

static bool trust_remove(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(GPtrArray) list = get_authorities(ctl, errp);
    g_autoptr(JsonObject) answer = NULL;
    unsigned i;

    for (i = 0; list && i < list->len; i++) {
        if (g_strcmp0(ctl_text(list->pdata[i], "Id"), args[0]) == 0) {
            answer = ctl_call(ctl, "DELETE",
                              ctl_text(list->pdata[i], "@odata.id"), NULL,
                              errp);
            return answer;
        }
    }
    if (list) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no authority '%s' (bmcctl trust list shows "
                    "them)", args[0]);
    }
    return false;
}

static bool trust_status(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autofree char *path = account_service(ctl, errp);
    g_autoptr(JsonObject) service = path ? ctl_get(ctl, path, errp) : NULL;

    if (!service) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(service);
        return true;
    }
    if (!ctl_node(service, CLIENT)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this BMC takes no certificates of clients");
        return false;
    }
    printf("%s\n", !ctl_true(service, CLIENT "/Enabled") ? "off" :
           ctl_true(service, CLIENT "/RespondToUnauthenticatedClients")
               ? "on" : "required");
    return true;
}

/* @data: off, on or required. */
static bool trust_set(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autofree char *path = account_service(ctl, errp);
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *factors = json_object_new();
    JsonObject *client = json_object_new();

    json_object_set_boolean_member(client, "Enabled",
                                   !g_str_equal(data, "off"));
    json_object_set_boolean_member(client, "RespondToUnauthenticatedClients",
                                   !g_str_equal(data, "required"));
    json_object_set_object_member(factors, "ClientCertificate", client);
    json_object_set_object_member(body, "MultiFactorAuth", factors);
    if (path) {
        answer = ctl_call(ctl, "PATCH", path, body, errp);
    }
    return answer;
}

const CtlCommand ctl_cert_commands[] = {
    { "cert show", "", "Show the certificate of HTTPS", cert_show, NULL },
    { "cert pem", "", "Print it with its chain, PEM", cert_pem, NULL },
    { "cert csr", "NAME [NAMES]", "Make a key and a request for it",
      cert_csr, NULL },
    { "cert renew", "", "Make a request with the names and the key in use",
      cert_again, "#Certificate.Renew" },
    { "cert rekey", "", "Make a request with the names in use and a new key",
      cert_again, "#Certificate.Rekey" },
    { "cert replace", "FILE", "Use another certificate", cert_replace, NULL },
    { "trust status", "", "Show whether clients' certificates count",
      trust_status, NULL },
    { "trust on", "", "Let them count", trust_set, "on" },
    { "trust required", "", "Answer nobody without one", trust_set,
      "required" },
    { "trust off", "", "Do not ask for them", trust_set, "off" },
    { "trust list", "", "Show whom they may be from", trust_list, NULL },
    { "trust add", "FILE", "Trust an authority", trust_add, NULL },
    { "trust remove", "ID", "Trust it no longer", trust_remove, NULL },
    { NULL }
};
