/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load generator for IPMI over LAN: logins, commands within a session, many
 * sessions, and commands while another address floods the service. "echo"
 * serves what commands are compared to: a UDP server that verifies, decrypts,
 * encrypts and signs as much as the service does, and nothing else.
 */
#include "osdep.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "codec/rmcp.h"
#include "util/addr.h"
#include "util/secret.h"

#include "ipmi-test-client.h"

#define ANSWER_WAIT_MS 1000
#define CMD_CHASSIS_STATUS 0x01
#define CMD_CLOSE_SESSION 0x3c
#define FLOOD_RATE 50000
#define FLOOD_BATCH 50
#define PAUSE_US 2000
#define STATUS_LEN 3
/* What the service answers to Get Chassis Status: an IPMB message. */
#define ECHO_ANSWER_LEN 11

typedef struct Mode {
    const char *name;
    int (*run)(void);
    const char *help;
} Mode;

static GSocketAddress *address;

static int opt_count = 1000;
static int opt_suite = 17;
static char *opt_user;
static char *opt_password;
static char *opt_from;
static char *opt_flood;

static const GOptionEntry options[] = {
    { "count", 'n', 0, G_OPTION_ARG_INT, &opt_count,
      "Logins, commands or sessions (default 1000)", "N" },
    { "suite", 'C', 0, G_OPTION_ARG_INT, &opt_suite,
      "Cipher suite (default 17)", "N" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &opt_user,
      "User (default admin)", "NAME" },
    { "password", 'p', 0, G_OPTION_ARG_STRING, &opt_password,
      "Password (default password)", "TEXT" },
    { "from", 'f', 0, G_OPTION_ARG_STRING, &opt_from,
      "Address that a flood comes from (default 127.0.0.2)", "ADDRESS" },
    { "flood", 'F', 0, G_OPTION_ARG_STRING, &opt_flood,
      "What a flood is made of: random, open or forged", "KIND" },
    { NULL },
};

/* Sends a datagram and waits for the next one. */
static size_t exchange(void *opaque, const uint8_t *buf, size_t len,
                       uint8_t *answer)
{
    IpmiTestClient *client = opaque;
    int fd = g_socket_get_fd(client->socket);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    ssize_t n;

    if (send(fd, buf, len, 0) != (ssize_t)len ||
        poll(&p, 1, ANSWER_WAIT_MS) != 1) {
        return 0;
    }
    n = recv(fd, answer, IPMI_LAN_PACKET_MAX, MSG_DONTWAIT);
    return MAX(n, 0);
}

static void client_start(IpmiTestClient *client)
{
    ipmi_test_client_init_udp(client, address, NULL);
    client->exchange = exchange;
}

static bool client_login(IpmiTestClient *client)
{
    int rc = ipmi_test_client_login(client, opt_suite, opt_user ?: "admin",
                                    opt_password ?: "password");

    if (rc) {
        fprintf(stderr, "bench-ipmi-client: login: %s\n",
                rc < 0 ? "no answer" : ipmi_rakp_status_name(rc));
    }
    return rc == 0;
}

static bool client_status(IpmiTestClient *client)
{
    return ipmi_test_client_command(client, IPMI_NETFN_CHASSIS,
                                    CMD_CHASSIS_STATUS, NULL, 0) == 0 &&
           client->len >= STATUS_LEN;
}

static void client_close(IpmiTestClient *client)
{
    uint8_t id[4];
    ByteWriter w = byte_writer(id, sizeof(id));

    byte_writer_le32(&w, client->auth.managed_id);
    ipmi_test_client_command(client, IPMI_NETFN_APP, CMD_CLOSE_SESSION, id,
                             sizeof(id));
}

static int run_login(void)
{
    int64_t start = g_get_monotonic_time();
    int i;

    for (i = 0; i < opt_count; i++) {
        IpmiTestClient client;
        bool ok;

        client_start(&client);
        ok = client_login(&client) && client_status(&client);
        client_close(&client);
        ipmi_test_client_clear(&client);
        if (!ok) {
            return 1;
        }
    }
    printf("%d logins with one command: %.0f logins/s\n", opt_count,
           opt_count * 1e6 / (g_get_monotonic_time() - start));
    return 0;
}

/* Keys that both ends of "echo" know. */
static void fixed_crypto(IpmiTestClient *client)
{
    const CipherSuite *suite = cipher_suite_by_id(opt_suite);

    client->auth.managed_id = 1;
    client->auth.console_id = 2;
    client->crypto.integrity = suite->integrity;
    client->crypto.conf = suite->conf;
    client->crypto.key_len = suite->auth == IPMI_RAKP_HMAC_SHA256 ? 32 : 20;
    memset(client->crypto.k1, 1, client->crypto.key_len);
    memset(client->crypto.k2, 2, client->crypto.key_len);
}

static size_t echo_answer(IpmiTestClient *self, const uint8_t *buf,
                          size_t len, uint8_t *out)
{
    uint8_t plain[IPMI_LAN_PACKET_MAX];
    uint8_t message[ECHO_ANSWER_LEN];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter p = byte_writer(plain, sizeof(plain));
    ByteWriter m = byte_writer(message, sizeof(message));
    ByteWriter w = byte_writer(out, IPMI_LAN_PACKET_MAX);
    RmcppHeader header = { .payload_type = IPMI_PAYLOAD_IPMI };
    IpmbMessage request;
    RmcpMessage rmcp;
    RmcppPacket pkt;

    if (!rmcp_parse(buf, len, &rmcp, NULL) ||
        !rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL) ||
        !rmcpp_open(&self->crypto, &pkt, &p, NULL) ||
        !ipmb_parse(p.data, p.len, &request, NULL)) {
        return 0;
    }
    ipmb_build_response(&m, &request, 0, (const uint8_t *)"\0\0\0",
                        STATUS_LEN);
    header.session_id = self->auth.console_id;
    header.sequence = ++self->sequence;
    secret_random(iv, sizeof(iv));
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, &self->crypto, &header, m.data, m.len, iv);
    return w.failed ? 0 : w.len;
}

/* Serves until it is killed. */
static void echo_serve(int fd)
{
    IpmiTestClient self = { 0 };
    uint8_t in[IPMI_LAN_PACKET_MAX];
    uint8_t out[IPMI_LAN_PACKET_MAX];
    struct sockaddr_storage peer;

    fixed_crypto(&self);
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        socklen_t peer_len = sizeof(peer);
        ssize_t n;
        size_t len;

        poll(&p, 1, -1);
        n = recvfrom(fd, in, sizeof(in), MSG_DONTWAIT,
                     (struct sockaddr *)&peer, &peer_len);
        len = n > 0 ? echo_answer(&self, in, n, out) : 0;
        if (len) {
            sendto(fd, out, len, 0, (struct sockaddr *)&peer, peer_len);
        }
    }
}

static double measure_rate(IpmiTestClient *client)
{
    int64_t start = g_get_monotonic_time();
    int i;

    for (i = 0; i < opt_count; i++) {
        if (!client_status(client)) {
            fprintf(stderr, "bench-ipmi-client: command %d failed\n", i);
            return 0;
        }
    }
    return opt_count * 1e6 / (g_get_monotonic_time() - start);
}

static int run_rate(void)
{
    IpmiTestClient client;
    double rate = 0;

    client_start(&client);
    if (client_login(&client)) {
        rate = measure_rate(&client);
        client_close(&client);
    }
    ipmi_test_client_clear(&client);
    printf("%d commands: %.0f commands/s\n", opt_count, rate);
    return rate > 0 ? 0 : 1;
}

static int run_echo(void)
{
    struct sockaddr_in sa = { .sin_family = AF_INET };
    socklen_t len = sizeof(sa);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    IpmiTestClient client;
    double rate;
    pid_t pid;

    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
        getsockname(fd, (struct sockaddr *)&sa, &len) < 0) {
        perror("bench-ipmi-client: echo");
        return 1;
    }
    pid = fork();
    if (pid == 0) {
        echo_serve(fd);
    }
    g_object_unref(address);
    address = g_socket_address_new_from_native(&sa, sizeof(sa));
    client_start(&client);
    fixed_crypto(&client);
    rate = measure_rate(&client);
    ipmi_test_client_clear(&client);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(fd);
    printf("%d echoes: %.0f commands/s\n", opt_count, rate);
    return rate > 0 ? 0 : 1;
}

static int run_sessions(void)
{
    g_autofree IpmiTestClient *clients = g_new0(IpmiTestClient, opt_count);
    int served = 0;
    int opened;
    int round;
    int i;

    for (opened = 0; opened < opt_count; opened++) {
        client_start(&clients[opened]);
        if (!client_login(&clients[opened])) {
            break;
        }
    }
    for (round = 0; round < 10; round++) {
        for (i = 0; i < opened; i++) {
            served += client_status(&clients[i]);
        }
    }
    for (i = 0; i < opened; i++) {
        client_close(&clients[i]);
        ipmi_test_client_clear(&clients[i]);
    }
    printf("%d sessions open, %d of %d commands served\n", opened, served,
           10 * opt_count);
    return opened == opt_count && served == 10 * opt_count ? 0 : 1;
}

/* A packet of the flood; returns its length. */
static size_t make_packet(IpmiTestClient *live, unsigned n, uint8_t *packet)
{
    static const uint8_t open[] = {
        0x06, 0x00, 0xff, 0x07, 0x06, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0,
        0, 0, 0, 0, 0xa4, 0xa3, 0xa2, 0xa0, 0, 0, 0, 8, 3, 0, 0, 0,
        1, 0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 8, 1, 0, 0, 0,
    };
    size_t len;

    if (g_str_equal(opt_flood, "open")) {
        memcpy(packet, open, sizeof(open));
        packet[16] = n;
        memcpy(packet + 20, &n, sizeof(n));
        return sizeof(open);
    }
    if (g_str_equal(opt_flood, "forged")) {
        /* Its numbers lie ahead of the client's, so that they pass. */
        live->sequence = 8 + n % 4;
        len = ipmi_test_client_seal(live, IPMI_NETFN_CHASSIS,
                                    CMD_CHASSIS_STATUS, NULL, 0, packet);
        packet[len - 1] ^= 0x55;
        return len;
    }
    len = 4 + n % 60;
    secret_random(packet, len);
    memcpy(packet, "\6\0\377\7", 4);
    return len;
}

/* Sends FLOOD_RATE packets a second until it is killed, and counts them. */
static void flood(const IpmiTestClient *client, volatile int64_t *sent)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    struct sockaddr_storage to;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    IpmiTestClient live = *client;
    int64_t start = g_get_monotonic_time();
    int64_t n = 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, opt_from ?: "127.0.0.2", &from.sin_addr);
    g_socket_address_to_native(address, &to, sizeof(to), NULL);
    if (bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(struct sockaddr_in)) < 0) {
        perror("bench-ipmi-client: flood");
        _exit(1);
    }
    for (;;) {
        size_t len = make_packet(&live, n, packet);

        send(fd, packet, len, MSG_DONTWAIT);
        n++;
        *sent = n;
        if (n % FLOOD_BATCH == 0) {
            int64_t due = start + n * G_USEC_PER_SEC / FLOOD_RATE;
            int64_t early = due - g_get_monotonic_time();

            if (early > 0) {
                g_usleep(early);
            }
        }
    }
}

static int compare_latency(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int run_flood(void)
{
    g_autofree int64_t *latency = g_new0(int64_t, opt_count);
    volatile int64_t *sent = mmap(NULL, sizeof(*sent),
                                  PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    IpmiTestClient client, second;
    int64_t before, began;
    double rate;
    int answered = 0;
    bool again;
    pid_t pid;
    int i;

    if (!opt_flood || sent == MAP_FAILED) {
        fprintf(stderr, "bench-ipmi-client: --flood is needed\n");
        return 2;
    }
    client_start(&client);
    if (!client_login(&client)) {
        return 1;
    }
    pid = fork();
    if (pid == 0) {
        flood(&client, sent);
    }
    g_usleep(G_USEC_PER_SEC / 2);
    before = *sent;
    began = g_get_monotonic_time();
    for (i = 0; i < opt_count; i++) {
        int64_t start = g_get_monotonic_time();

        answered += client_status(&client);
        latency[i] = g_get_monotonic_time() - start;
        /* Spread over the flood, not in one moment of it. */
        g_usleep(PAUSE_US);
    }
    rate = (*sent - before) * 1e6 / (g_get_monotonic_time() - began);
    client_start(&second);
    again = client_login(&second) && client_status(&second);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    qsort(latency, opt_count, sizeof(*latency), compare_latency);
    printf("flood of %s packets, %.0f/s: %d of %d commands answered, "
           "p50 %.2f ms, p99 %.2f ms, new login %s\n", opt_flood, rate,
           answered, opt_count,
           latency[opt_count / 2] / 1e3, latency[opt_count * 99 / 100] / 1e3,
           again ? "possible" : "FAILED");
    client_close(&second);
    client_close(&client);
    ipmi_test_client_clear(&second);
    ipmi_test_client_clear(&client);
    return again ? 0 : 1;
}

static const Mode modes[] = {
    { "login", run_login, "full logins, each with one command" },
    { "rate", run_rate, "Get Chassis Status in one session" },
    { "echo", run_echo, "the same against a bare server of this program" },
    { "sessions", run_sessions, "many sessions at a time" },
    { "flood", run_flood, "commands and a login while --flood goes on" },
};

int main(int argc, char **argv)
{
    g_autoptr(GString) help = g_string_new("Modes:\n");
    g_autoptr(GOptionContext) context = g_option_context_new("MODE ADDRESS");
    g_autoptr(GError) err = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_string_append_printf(help, "  %-10s %s\n", modes[i].name,
                               modes[i].help);
    }
    g_option_context_set_summary(
        context, "Load the IPMI service at ADDRESS (HOST:PORT).");
    g_option_context_set_description(context, help->str);
    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &err)) {
        fprintf(stderr, "bench-ipmi-client: %s\n", err->message);
        return 2;
    }
    if (argc != 3 || opt_count < 1 || !cipher_suite_by_id(opt_suite)) {
        fprintf(stderr, "bench-ipmi-client: a mode and an address are "
                "needed; see --help\n");
        return 2;
    }
    address = addr_parse(argv[2], "127.0.0.1", -1, &err);
    if (!address) {
        fprintf(stderr, "bench-ipmi-client: %s\n", err->message);
        return 2;
    }
    for (i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (g_str_equal(argv[1], modes[i].name)) {
            return modes[i].run();
        }
    }
    fprintf(stderr, "bench-ipmi-client: no such mode: %s\n", argv[1]);
    return 2;
}
