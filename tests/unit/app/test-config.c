/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: sources and their order, checks, what a user is told. */
#include "osdep.h"

#include "config.h"

#include "bmc/fru.h"
#include "bmc/sensors.h"
#include "config-devices.h"

#include "test-util.h"
#include "util/error.h"

typedef struct Fixture {
    Config *config;
    TestDir *dir;
} Fixture;

static void setup(Fixture *f, const void *data)
{
    f->config = config_new();
    f->dir = test_dir_new();
}

static void teardown(Fixture *f, const void *data)
{
    config_free(f->config);
    test_dir_free(f->dir);
}

static char *write_file(Fixture *f, const char *text)
{
    char *path = test_dir_file(f->dir, "bmc.conf");

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void test_order(Fixture *f, const void *data)
{
    g_autofree char *path = write_file(f, "[redfish]\nport=1\n"
                                       "[ipmi]\nport=2\n[bmc]\nname=file\n");
    g_autoptr(GError) err = NULL;

    /* Options are read first, since one of them names the file. */
    g_assert_true(config_set_option(f->config, "redfish-port", "11", &err));
    g_assert_true(config_load_file(f->config, path, &err));
    g_setenv("REDFISH_PORT", "21", TRUE);
    g_setenv("IPMI_PORT", "22", TRUE);
    g_setenv("QMP_SOCK", "", TRUE);
    g_assert_true(config_load_environment(f->config, &err));
    g_unsetenv("REDFISH_PORT");
    g_unsetenv("IPMI_PORT");
    g_unsetenv("QMP_SOCK");
    g_assert_no_error(err);
    g_assert_cmpstr(config_get(f->config, CONFIG_REDFISH_PORT), ==, "11");
    g_assert_cmpstr(config_get(f->config, CONFIG_IPMI_PORT), ==, "22");
    g_assert_cmpstr(config_get(f->config, CONFIG_NAME), ==, "file");
    g_assert_cmpstr(config_get(f->config, CONFIG_QMP), ==,
                    "/var/run/qemu/qmp.sock");
    g_assert_true(config_is_set(f->config, CONFIG_NAME));
    g_assert_false(config_is_set(f->config, CONFIG_QMP));
}

static void test_bad_values(Fixture *f, const void *data)
{
    static const struct {
        const char *option;
        const char *value;
    } bad[] = {
        { "redfish-port", "" }, { "redfish-port", "65536" },
        { "redfish-port", "http" }, { "ipmi-port", "-1" },
        { "cipher-suites", "0" }, { "cipher-suites", "17,0" },
        { "cipher-suites", "4" }, { "cipher-suites", "" },
        { "cipher-suites", "3,3" }, { "cipher-suites", "17;3" },
        { "max-sessions", "0" }, { "max-sessions", "255" },
        { "max-connections", "3" }, { "max-connections", "4097" },
        { "max-connections-per-address", "x" },
        { "ipmi15", "none" }, { "ipmi15", "md5,off" }, { "ipmi15", "" },
        { "ipmi15", "md5,md5" },
        { "name", "" }, { "name", "../x" }, { "name", "a/b" },
        { "name", ".x" }, { "address", "example.org" },
        { "address", "127.0.0.1:80" }, { "address", ":80" },
        { "qmp", "host" },
        { "vm-boot-mode", "efi" }, { "power-on-at-start", "maybe" },
        { "tls", "on" }, { "log-level", "loud" }, { "vm-ipmi", ":port" },
        { "vm-ipmi-policy", "none" }, { "guest-agent", "maybe" },
        { "guest-agent", "" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;

        g_test_message("%s=%s", bad[i].option, bad[i].value);
        g_assert_false(config_set_option(f->config, bad[i].option,
                                         bad[i].value, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    }
}

static void test_file_errors(Fixture *f, const void *data)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        { "[redfish]\n# comment\nprot=1\n", "*:3: prot: unknown key*" },
        { "[redfish]\nport=1\n\n[radfish]\nport=1\n", "*:4: unknown group*" },
        { "[ipmi]\nport=99999\n", "*:2: port: '99999' is not a port*" },
        { "[pef]\nport=0\n", "*:2: port: '0' is not a port to send to*" },
        { "port=1\n", "*start with*group*" },
        { "[bmc]\nname=a\\e\n", "*:2: name: *backslash*" },
        { "[fru Riser]\nfile=\\x\n", "*:2: *backslash*" },
        { "[sensor Room]\nmin=1\nsource=file:\\e\n", "*:3: *backslash*" },
        { "[sensor Room]\ntype=door\n",
          "*:2: *'door'*one of: temperature, *battery" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = write_file(f, bad[i].text);
        g_autoptr(GError) err = NULL;

        g_assert_false(config_load_file(f->config, path, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        g_test_message("%s", err->message);
        g_assert_true(g_pattern_match_simple(bad[i].message, err->message));
    }
}

/* A secret that cannot be read must not end in a log either. */
static void test_file_secret(Fixture *f, const void *data)
{
    static const char *const bad[] = {
        "[account]\npassword=hush\xff\n", "[account]\npassword=hush\\e\n",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = write_file(f, bad[i]);
        g_autoptr(GError) err = NULL;

        g_assert_false(config_load_file(f->config, path, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        g_assert_null(strstr(err->message, "hush"));
    }
}

static void test_file_missing(Fixture *f, const void *data)
{
    g_autoptr(GError) err = NULL;

    g_assert_false(config_load_file(f->config, "/nonexistent/x.conf", &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_assert_nonnull(strstr(err->message, "/nonexistent/x.conf"));
}

static void test_environment_error(Fixture *f, const void *data)
{
    g_autoptr(GError) err = NULL;

    g_setenv("IPMI_PORT", "x", TRUE);
    g_assert_false(config_load_environment(f->config, &err));
    g_unsetenv("IPMI_PORT");
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_assert_nonnull(strstr(err->message, "IPMI_PORT"));
}

static void test_secret(Fixture *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "password");
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;

    g_assert_true(g_file_set_contents(path, "s3cret, word\r\nmore\n", -1,
                                      NULL));
    g_assert_true(config_set_option(f->config, "password-file", path, &err));
    g_assert_cmpstr(config_get(f->config, CONFIG_PASSWORD), ==,
                    "s3cret, word");
    text = config_dump(f->config);
    g_assert_null(strstr(text, "s3cret"));
    g_assert_nonnull(strstr(text, "password is set"));
    g_assert_false(config_set_option(f->config, "password-file",
                                     "/nonexistent", &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
}

/* What --dump-conf prints is a configuration file that gives the same. */
static void test_dump_is_a_file(Fixture *f, const void *data)
{
    g_autoptr(Config) again = config_new();
    g_autofree char *text = NULL;
    g_autofree char *text2 = NULL;
    g_autofree char *path = NULL;
    g_autoptr(GError) err = NULL;

    g_assert_true(config_set_option(f->config, "name", "vm1", &err));
    g_assert_true(config_set_option(f->config, "a", "::1", &err));
    g_assert_true(config_set_option(f->config, "lan-config-command",
                                    " a \\.b\n", &err));
    g_assert_true(config_complete(f->config, &err));
    text = config_dump(f->config);
    path = write_file(f, text);
    g_assert_true(config_load_file(again, path, &err));
    g_assert_no_error(err);
    text2 = config_dump(again);
    g_assert_cmpstr(config_get(again, CONFIG_STATE_DIR), ==,
                    config_get(f->config, CONFIG_STATE_DIR));
    g_assert_cmpstr(config_get(again, CONFIG_ADDRESS), ==, "::1");
    g_assert_cmpstr(config_get(again, CONFIG_LAN_COMMAND), ==, " a \\.b\n");
    g_assert_nonnull(strstr(text2, "# configuration file\nname=vm1"));
}

static void test_complete(Fixture *f, const void *data)
{
    g_autoptr(GError) err = NULL;

    g_assert_true(config_set_option(f->config, "tls-cert", "x.pem", &err));
    g_assert_false(config_complete(f->config, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_clear_error(&err);
    g_assert_true(config_set_option(f->config, "tls-key", "y.pem", &err));
    g_assert_true(config_complete(f->config, &err));
    g_assert_true(g_str_has_suffix(config_get(f->config, CONFIG_RUN_DIR),
                                   "/qemu-bmc/1"));
    /* Readers of endpoints.json need not be where we are. */
    g_assert_true(config_set_option(f->config, "run-dir", "some/run", &err));
    g_assert_true(config_complete(f->config, &err));
    g_assert_true(g_path_is_absolute(config_get(f->config, CONFIG_RUN_DIR)));
    g_assert_true(g_str_has_suffix(config_get(f->config, CONFIG_RUN_DIR),
                                   "/some/run"));
}

static void test_devices(Fixture *f, const void *data)
{
    static const char *const bad[] = {
        "[sensor ]\ntype=fan\n", "[sensor 12345678901234567]\n",
        "[sensor a]\ntype=0x\n", "[sensor a]\ntype=0x100\n",
        "[sensor a]\ntype=warp\n", "[sensor a]\nmax=1x\n",
        "[sensor a]\nsource=file:\n", "[sensor a]\nsource=tcp:1\n",
        "[sensor a]\ninterval=0\n", "[sensor a]\ncolour=red\n",
        "[fru]\nsensor=1\n", "[fru a]\n", "[fru a]\nfile=x\nb=c\n",
        "[fruit]\na=b\n", "[sensors]\n",
    };
    g_autofree char *path = write_file(
        f, "[sensor Room]\ntype=temperature\nunit=degrees-c\nmin=-20\n"
        "max=60\nupper-critical=40\nsource=file:/x y\nscale=0.001\n"
        "[sensor Door]\ntype=0x1b\nreading=states\nsource=manual\n"
        "[fru]\nserial=S-1\n[fru Riser]\nfile=/riser.bin\n");
    g_autoptr(GError) err = NULL;
    const BmcSensorConfig *sensor;
    g_autofree char *text = NULL;
    ConfigDevices *devices = config_get_devices(f->config);
    unsigned i;

    g_assert_true(config_load_file(f->config, path, &err));
    g_assert_cmpuint(config_devices_sensors(devices)->len, ==, 2);
    sensor = config_devices_sensors(devices)->pdata[0];
    g_assert_cmpstr(sensor->name, ==, "Room");
    g_assert_cmpint(sensor->type, ==, 1);
    g_assert_cmpint(sensor->unit, ==, SDR_UNIT_DEGREES_C);
    g_assert_cmpfloat(sensor->min, ==, -20);
    g_assert_cmpint(sensor->threshold_mask, ==,
                    1 << BMC_THRESHOLD_UPPER_CRITICAL);
    g_assert_cmpint(sensor->source, ==, BMC_SENSOR_FILE);
    g_assert_cmpstr(sensor->argument, ==, "/x y");
    sensor = config_devices_sensors(devices)->pdata[1];
    g_assert_true(sensor->discrete);
    g_assert_cmphex(sensor->type, ==, 0x1b);
    g_assert_cmpstr(config_devices_fru(devices)->text[FRU_PRODUCT_SERIAL],
                    ==, "S-1");
    g_assert_cmpuint(config_devices_fru(devices)->files->len, ==, 1);
    text = config_dump(f->config);
    g_assert_nonnull(strstr(text, "[sensor Door]\ntype=0x1b\n"));
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *file = write_file(f, bad[i]);

        g_assert_false(config_load_file(f->config, file, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        g_assert_nonnull(strstr(err->message, ".conf:"));
        g_clear_error(&err);
    }
}

static void test_address(Fixture *f, const void *data)
{
    g_autoptr(GSocketAddress) addr = NULL;
    g_autoptr(GError) err = NULL;

    g_assert_true(config_set_option(f->config, "address", "127.0.0.2",
                                    &err));
    g_assert_true(config_set_option(f->config, "ipmi-port", "6230", &err));
    addr = config_get_address(f->config, CONFIG_IPMI_PORT);
    g_assert_cmpuint(g_inet_socket_address_get_port(
                         G_INET_SOCKET_ADDRESS(addr)), ==, 6230);
}

#define ADD(name, func) \
    g_test_add("/config/" name, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("order", test_order);
    ADD("bad-values", test_bad_values);
    ADD("file/errors", test_file_errors);
    ADD("file/secret", test_file_secret);
    ADD("file/missing", test_file_missing);
    ADD("devices", test_devices);
    ADD("environment/error", test_environment_error);
    ADD("secret", test_secret);
    ADD("dump-is-a-file", test_dump_is_a_file);
    ADD("complete", test_complete);
    ADD("address", test_address);
    return g_test_run();
}
