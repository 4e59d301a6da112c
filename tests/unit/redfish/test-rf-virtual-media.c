/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VirtualMedia: what is shown, put in, taken out and refused. */
#include "osdep.h"

#include "bmc/media.h"

#include "rf-hub.h"
#include "test-certs.h"
#include "util/error.h"

#define MEDIA SYSTEM "/VirtualMedia"
#define CD MEDIA "/CD1"
#define MANAGER_CD "/redfish/v1/Managers/1/VirtualMedia/CD1"
#define INSERT CD "/Actions/VirtualMedia.InsertMedia"
#define EJECT CD "/Actions/VirtualMedia.EjectMedia"

/* A hub with a CD and a floppy drive, and an image for them. */
typedef struct MediaHub {
    RfHub *hub;
    TestDir *dir;
    char *image;
} MediaHub;

static BmcMediaConfig media_config;

static void configure(BmcConfig *config)
{
    config->media = &media_config;
}

static void setup(MediaHub *f, const void *data)
{
    static const char *folders[2];
    g_autofree char *path = NULL;

    f->dir = test_dir_new();
    path = test_dir_file(f->dir, "a.iso");
    g_assert_true(g_file_set_contents(path, "image", -1, NULL));
    f->image = g_filename_to_uri(path, NULL, NULL);
    folders[0] = f->dir->path;
    media_config = (BmcMediaConfig) {
        .run_dir = f->dir->path,
        .folders = folders,
    };
    f->hub = rf_hub_new_with(MACHINE_STATE_RUNNING, configure);
    mock_machine_add_drive(f->hub->fix.mock, "cd0", MACHINE_DRIVE_CD);
    mock_machine_add_drive(f->hub->fix.mock, "fd0", MACHINE_DRIVE_FLOPPY);
    mock_machine_event(f->hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&f->hub->fix);
}

static void teardown(MediaHub *f, const void *data)
{
    rf_hub_free(f->hub);
    test_dir_free(f->dir);
    g_free(f->image);
}

/* Status and messages, as one text. */
static char *send(MediaHub *f, const char *who, const char *method,
                  const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(f->hub, who, method, path, body);
    g_autofree char *messages = reply->status >= 400 ?
                                rf_reply_messages(reply) : g_strdup("");

    return g_strdup_printf("%u %s", reply->status, messages);
}

#define assert_sent(f, who, method, path, body, expected)             \
    do {                                                              \
        g_autofree char *got_ = send(f, who, method, path, body);     \
        g_assert_cmpstr(g_strstrip(got_), ==, expected);              \
    } while (0)

static void assert_node(MediaHub *f, const char *pointer, const char *value)
{
    g_autoptr(RfReply) reply = rf_hub_get(f->hub, CD);
    JsonNode *node = rf_reply_node(reply, pointer);
    g_autofree char *text = node ? json_to_string(node, false) : NULL;

    g_assert_cmpstr(text, ==, value);
}

static char *insert_body(const MediaHub *f, const char *more)
{
    return g_strdup_printf("{\"Image\":\"%s\"%s}", f->image, more);
}

static void test_shown(MediaHub *f, const void *data)
{
    g_autoptr(RfReply) list = rf_hub_get(f->hub, MEDIA);
    g_autoptr(RfReply) manager = rf_hub_get(f->hub, MANAGER_CD);

    g_assert_cmpint(json_node_get_int(rf_reply_node(
                        list, "/Members@odata.count")), ==, 2);
    g_assert_cmpstr(rf_reply_text(manager, "/Id"), ==, "CD1");
    assert_node(f, "/Inserted", "false");
    assert_node(f, "/Image", "null");
    assert_node(f, "/ConnectedVia", "\"NotConnected\"");
    assert_node(f, "/MediaTypes", "[\"CD\",\"DVD\"]");
    assert_node(f, "/Password", "null");
    assert_sent(f, ADMIN, "GET", MEDIA "/CD2", NULL,
                "404 ResourceMissingAtURI");
}

#define CERTIFICATES CD "/Certificates"

static char *cert_body(const char *pem)
{
    g_autofree char *escaped = g_strescape(pem, NULL);

    return g_strdup_printf("{\"CertificateString\":\"%s\","
                           "\"CertificateType\":\"PEM\"}", escaped);
}

/* The last of the certificates that are installed. */
static void assert_locations(MediaHub *f, const char *last)
{
    g_autoptr(RfReply) reply = rf_hub_get(
        f->hub, "/redfish/v1/CertificateService/CertificateLocations");
    JsonArray *links = json_node_get_array(
        rf_reply_node(reply, "/Links/Certificates"));
    unsigned n = json_array_get_length(links);
    JsonObject *link = n ? json_array_get_object_element(links, n - 1) : NULL;

    g_assert_cmpstr(link ? json_object_get_string_member(link, "@odata.id")
                         : NULL, ==, last);
}

/* Authorities of servers, the same ones under the system and its manager. */
static void test_certificates(MediaHub *f, const void *data)
{
    g_autoptr(TestCert) ca = test_cert_authority("images");
    g_autoptr(TestCert) other = test_cert_new(
        &(TestCertSpec) { .name = "server" }, ca);
    g_autofree char *good = cert_body(ca->pem);
    g_autofree char *bad = cert_body(other->pem);
    g_autofree char *none = cert_body("nothing");
    g_autoptr(RfReply) medium = rf_hub_get(f->hub, MANAGER_CD);
    g_autoptr(RfReply) cert = NULL;
    g_autoptr(RfReply) list = NULL;

    g_assert_cmpstr(rf_reply_text(medium, "/Certificates/@odata.id"), ==,
                    CD "/Certificates");
    assert_sent(f, HUB_VIEWER, "POST", CERTIFICATES, good,
                "403 InsufficientPrivilege");
    assert_sent(f, ADMIN, "POST", CERTIFICATES, bad,
                "400 PropertyValueError#/CertificateString");
    assert_sent(f, ADMIN, "POST", CERTIFICATES, none,
                "400 PropertyValueError#/CertificateString");
    assert_sent(f, HUB_OPERATOR, "POST", CERTIFICATES, good, "201");
    assert_sent(f, ADMIN, "POST", CERTIFICATES, good,
                "400 ResourceAlreadyExists#/CertificateString");
    cert = rf_hub_get(f->hub, CD "/Certificates/1");
    g_assert_cmpstr(rf_reply_text(cert, "/Subject/CommonName"), ==,
                    "images");
    list = rf_hub_get(f->hub, MEDIA "/Floppy1/Certificates");
    g_assert_cmpint(json_node_get_int(rf_reply_node(
                        list, "/Members@odata.count")), ==, 0);
    assert_sent(f, ADMIN, "GET", CERTIFICATES "/01", NULL,
                "404 ResourceMissingAtURI");
    assert_sent(f, HUB_VIEWER, "DELETE", CERTIFICATES "/1", NULL,
                "403 InsufficientPrivilege");
    assert_sent(f, ADMIN, "DELETE", CERTIFICATES "/1", NULL, "204");
    assert_sent(f, ADMIN, "GET", CERTIFICATES "/1", NULL,
                "404 ResourceMissingAtURI");
    assert_locations(f, NULL);
    /* A number is not used again. */
    assert_sent(f, ADMIN, "POST", CERTIFICATES, good, "201");
    assert_locations(f, CERTIFICATES "/2");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"VerifyCertificate\":true}",
                "200");
    assert_sent(f, ADMIN, "DELETE", CERTIFICATES "/2", NULL, "204");
    assert_sent(f, ADMIN, "POST", CERTIFICATES, good, "201");
    assert_sent(f, ADMIN, "POST",
                "/redfish/v1/Managers/1/Actions/Manager.ResetToDefaults",
                "{\"ResetType\":\"PreserveNetworkAndUsers\"}", "204");
    assert_locations(f, NULL);
    assert_node(f, "/VerifyCertificate", "false");
}

/* The query of a URL can be a signature. */
static void test_signed(MediaHub *f, const void *data)
{
    g_autofree char *body = g_strdup_printf("{\"Image\":\"%s?sig=secret\"}",
                                            f->image);
    g_autofree char *full = g_strdup_printf("%s?sig=secret", f->image);
    g_autoptr(RfReply) viewer = NULL;
    g_autoptr(RfReply) viewer_all = NULL;
    g_autoptr(RfReply) admin = NULL;
    g_autoptr(RfReply) again = NULL;

    assert_sent(f, ADMIN, "POST", INSERT, body, "204");
    viewer = rf_hub_send(f->hub, HUB_VIEWER, "GET", CD, NULL);
    admin = rf_hub_send(f->hub, HUB_OPERATOR, "GET", CD, NULL);
    again = rf_hub_send(f->hub, HUB_VIEWER, "GET", CD, NULL);
    viewer_all = rf_hub_send(f->hub, HUB_VIEWER, "GET", MEDIA "?$expand=.",
                             NULL);
    g_assert_cmpstr(rf_reply_text(admin, "/Image"), ==, full);
    g_assert_cmpstr(rf_reply_text(viewer, "/Image"), ==, f->image);
    g_assert_cmpstr(rf_reply_text(again, "/Image"), ==, f->image);
    g_assert_cmpuint(viewer_all->status, ==, 200);
    g_assert_null(strstr(viewer_all->text, "secret"));
}

static void test_insert(MediaHub *f, const void *data)
{
    g_autofree char *body = insert_body(f, ",\"Inserted\":true,"
                                        "\"WriteProtected\":true,"
                                        "\"TransferMethod\":\"Stream\"");
    g_autofree char *image = g_strdup_printf("\"%s\"", f->image);

    assert_sent(f, ADMIN, "POST", INSERT, body, "204");
    assert_node(f, "/Inserted", "true");
    assert_node(f, "/Image", image);
    assert_node(f, "/ImageName", "\"a.iso\"");
    assert_node(f, "/ConnectedVia", "\"URI\"");
    assert_node(f, "/WriteProtected", "true");
    assert_sent(f, ADMIN, "POST", INSERT, body, "409 ResourceInUse");
    assert_sent(f, ADMIN, "POST", EJECT, "{}", "204");
    assert_node(f, "/Inserted", "false");
    assert_node(f, "/Image", "null");
    assert_sent(f, ADMIN, "POST", EJECT, NULL, "204");
}

/* It is not the image that is out of reach. */
static void test_qemu_silent(MediaHub *f, const void *data)
{
    g_autofree char *body = insert_body(f, "");

    mock_machine_fail(f->hub->fix.mock, "insert", BMC_ERROR_UNAVAILABLE);
    assert_sent(f, ADMIN, "POST", INSERT, body,
                "503 ServiceTemporarilyUnavailable");
    assert_sent(f, ADMIN, "POST", INSERT, body, "204");
}

/* As Dell and others have it: a PATCH puts in and takes out. */
static void test_patch(MediaHub *f, const void *data)
{
    g_autofree char *body = insert_body(f, "");

    assert_sent(f, ADMIN, "PATCH", CD, body, "200");
    assert_node(f, "/Inserted", "true");
    /* Of what is in, nothing else can be changed: that is said. */
    assert_sent(f, ADMIN, "PATCH", CD,
                "{\"Inserted\":true,\"WriteProtected\":true,"
                "\"TransferProtocolType\":\"OEM\"}", "200");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"WriteProtected\":false}",
                "400 PropertyValueError#/WriteProtected");
    assert_sent(f, ADMIN, "PATCH", CD,
                "{\"UserName\":\"me\",\"VerifyCertificate\":true}",
                "400 PropertyValueError#/UserName");
    assert_node(f, "/VerifyCertificate", "false");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"TransferMethod\":\"Upload\"}",
                "400 PropertyValueError#/TransferMethod");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"Image\":null}", "200");
    assert_node(f, "/Inserted", "false");
    assert_sent(f, ADMIN, "PATCH", CD, body, "200");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"Inserted\":false}", "200");
    assert_node(f, "/Inserted", "false");
    assert_sent(f, ADMIN, "PATCH", CD, "{\"VerifyCertificate\":true}",
                "200");
    assert_node(f, "/VerifyCertificate", "true");
}

/* VerifyCertificate is a part of it, wherever it stands. */
static void test_patch_verify(MediaHub *f, const void *data)
{
    g_autofree char *last = insert_body(f, ",\"VerifyCertificate\":true");
    g_autofree char *first = g_strdup_printf(
        "{\"VerifyCertificate\":false,\"Image\":\"%s\"}", f->image);

    assert_sent(f, ADMIN, "PATCH", CD,
                "{\"VerifyCertificate\":true,\"Image\":\"nfs://h/a\"}",
                "400 SourceDoesNotSupportProtocol");
    assert_node(f, "/VerifyCertificate", "false");
    assert_sent(f, ADMIN, "PATCH", CD, last, "200");
    assert_node(f, "/VerifyCertificate", "true");
    assert_sent(f, ADMIN, "PATCH", CD,
                "{\"Image\":null,\"VerifyCertificate\":true}", "200");
    assert_sent(f, ADMIN, "PATCH", CD, first, "200");
    assert_node(f, "/Inserted", "true");
    assert_node(f, "/VerifyCertificate", "false");
}

static void test_refused(MediaHub *f, const void *data)
{
    static const struct {
        const char *body;
        const char *expected;
    } rows[] = {
        { "{}",
          "400 ActionParameterMissing#/Image" },
        { "{\"Image\":\"\"}",
          "400 ActionParameterValueFormatError#/Image" },
        { "{\"Image\":7}",
          "400 ActionParameterValueTypeError#/Image" },
        { "{\"Image\":\"a.iso\"}",
          "400 ActionParameterValueError#/Image" },
        { "{\"Image\":\"http://\"}",
          "400 ActionParameterValueError#/Image" },
        { "{\"Image\":\"http://h/a\",\"Colour\":\"red\"}",
          "400 ActionParameterUnknown#/Colour" },
        { "{\"Image\":\"http://h/a\",\"Inserted\":false}",
          "400 ActionParameterValueError#/Inserted" },
        { "{\"Image\":\"http://h/a\",\"WriteProtected\":false}",
          "400 ActionParameterValueError#/WriteProtected" },
        { "{\"Image\":\"http://h/a\",\"TransferMethod\":\"Mail\"}",
          "400 ActionParameterValueNotInList#/TransferMethod" },
        { "{\"Image\":\"h/a\",\"TransferProtocolType\":\"NFS\"}",
          "400 ActionParameterValueNotInList#/TransferProtocolType" },
        { "{\"Image\":\"http://u:p@h/a\"}",
          "400 ActionParameterValueError#/Image" },
        { "{\"Image\":\"nfs://h/a\"}",
          "400 SourceDoesNotSupportProtocol" },
        { "{\"Image\":\"cifs://h/a\"}",
          "400 SourceDoesNotSupportProtocol" },
        { "{\"Image\":\"//h/share/a.iso\"}",
          "400 ActionParameterValueError#/Image" },
        { "{\"Image\":\"file:///etc/passwd\"}",
          "400 AccessDenied" },
        { "{\"Image\":\"file://other/a.iso\"}",
          "400 ActionParameterValueError#/Image" },
        { "{\"Image\":\"http://169.254.169.254/latest\"}",
          "400 AccessDenied" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].body);
        assert_sent(f, ADMIN, "POST", INSERT, rows[i].body,
                    rows[i].expected);
        assert_node(f, "/Image", "null");
    }
}

static void test_privileges(MediaHub *f, const void *data)
{
    g_autofree char *body = insert_body(f, "");

    assert_sent(f, HUB_VIEWER, "POST", INSERT, body,
                "403 InsufficientPrivilege");
    assert_sent(f, HUB_VIEWER, "POST", EJECT, "{}",
                "403 InsufficientPrivilege");
    assert_sent(f, HUB_OPERATOR, "POST", INSERT, body, "204");
    assert_sent(f, HUB_OPERATOR, "POST", EJECT, "{}", "204");
}

int main(int argc, char **argv)
{
#define ADD(name, func) \
    g_test_add("/rf/virtual-media/" name, MediaHub, NULL, setup, func, \
               teardown)
    test_init(&argc, &argv);
    ADD("shown", test_shown);
    ADD("certificates", test_certificates);
    ADD("signed", test_signed);
    ADD("insert", test_insert);
    ADD("qemu-silent", test_qemu_silent);
    ADD("patch", test_patch);
    ADD("patch-verify", test_patch_verify);
    ADD("refused", test_refused);
    ADD("privileges", test_privileges);
    return g_test_run();
}
