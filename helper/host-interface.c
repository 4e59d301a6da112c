/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redfish for the guest. QEMU's user networking runs a program for each
 * connection: this one, which copies to a socket of the service. That is not
 * redfish.sock, where who connects is known by his user id: here that would
 * be QEMU's, and who speaks is the guest.
 */
#include "osdep.h"

#include "host-interface.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <gio/gunixsocketaddress.h>

#include "util/error.h"

#define SOCKET_NAME "redfish-host.sock"
#define SMBIOS_NAME "host-interface.smbios"
/* Named so in the log, and counted as one client. */
#define PEER_NAME "host-interface"
#define CHUNK (16 * 1024)
/* A guest that takes nothing so long never will; the service waits less. */
#define STALL_MS (60 * 1000)

void host_interface_init(HostInterface *host, const Config *config,
                         bool launched)
{
    const char *run_dir = config_get(config, CONFIG_RUN_DIR);

    if (!config_get_bool(config, CONFIG_HOST_INTERFACE)) {
        return;
    }
    if (!launched) {
        g_message("host-interface has no effect on a QEMU that is not "
                  "started by qemu-bmc (qemu-bmc -- QEMU ARGS...)");
        return;
    }
    host->program = g_file_read_link("/proc/self/exe", NULL);
    host->socket = g_build_filename(run_dir, SOCKET_NAME, NULL);
    host->smbios = g_build_filename(run_dir, SMBIOS_NAME, NULL);
    host->machine = (MachineHostInterface) {
        .program = host->program,
        .socket = host->socket,
        .smbios = host->smbios,
        .seed = config_get(config, CONFIG_STATE_DIR),
        .tls = !g_str_equal(config_get(config, CONFIG_TLS), "off"),
    };
}

bool host_interface_start(const HostInterface *host, Bmc *bmc,
                          HttpServer *http, GTlsCertificate *certificate,
                          GError **errp)
{
    g_autoptr(GSocketAddress) addr = NULL;
    g_autoptr(GSocketAddress) bound = NULL;
    g_autoptr(GBytes) smbios = NULL;
    g_autoptr(GError) err = NULL;
    gsize len;
    const char *data;

    if (!host->machine.program) {
        return true;
    }
    addr = g_unix_socket_address_new(host->socket);
    bound = http_server_listen_guest(http, addr, certificate, PEER_NAME,
                                     errp);
    if (!bound) {
        return false;
    }
    smbios = machine_host_interface_smbios(host->machine.seed, bmc_uuid(bmc),
                                           host->machine.tls);
    data = g_bytes_get_data(smbios, &len);
    if (!g_file_set_contents_full(host->smbios, data, len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "cannot write %s: %s",
                    host->smbios, err->message);
        return false;
    }
    bmc_set_host_interface(bmc, true);
    return true;
}

void host_interface_clear(HostInterface *host)
{
    g_free(host->program);
    g_free(host->socket);
    g_free(host->smbios);
}

/* One direction: what was read and is not written yet. */
typedef struct Pipe {
    int from;
    int to;
    size_t at;
    size_t len;
    bool ended;
    char data[CHUNK];
} Pipe;

static bool is_temporary(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* Returns false when there is no going on. */
static bool pipe_fill(Pipe *pipe)
{
    ssize_t n;

    if (pipe->len || pipe->ended) {
        return true;
    }
    n = recv(pipe->from, pipe->data, CHUNK, MSG_DONTWAIT);
    if (n < 0) {
        return is_temporary(errno);
    }
    pipe->at = 0;
    pipe->len = n;
    if (n == 0) {
        pipe->ended = true;
        shutdown(pipe->to, SHUT_WR);
    }
    return true;
}

static bool pipe_drain(Pipe *pipe)
{
    ssize_t n;

    if (!pipe->len) {
        return true;
    }
    n = send(pipe->to, pipe->data + pipe->at, pipe->len,
             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) {
        return is_temporary(errno);
    }
    pipe->at += n;
    pipe->len -= n;
    return true;
}

/*
 * poll() tells of a peer's end whether one asks or not: who has nothing to
 * wait for at a descriptor must leave it out.
 */
static struct pollfd pipe_poll(int fd, const Pipe *in, const Pipe *out)
{
    short events = (in->len || in->ended ? 0 : POLLIN) |
                   (out->len ? POLLOUT : 0);

    return (struct pollfd) { .fd = events ? fd : -1, .events = events };
}

/* QEMU gives one socket for both directions. */
static void copy(int guest, int service)
{
    static Pipe up, down;
    bool ok = true;

    up.from = down.to = guest;
    up.to = down.from = service;
    while (ok && !(down.ended && !down.len)) {
        struct pollfd fds[] = {
            pipe_poll(guest, &up, &down),
            pipe_poll(service, &down, &up),
        };
        int n = poll(fds, G_N_ELEMENTS(fds), down.len ? STALL_MS : -1);

        if (n == 0 || (n < 0 && errno != EINTR)) {
            return;
        }
        ok = pipe_fill(&up) && pipe_drain(&up) && pipe_fill(&down) &&
             pipe_drain(&down) && !(fds[0].revents & POLLERR);
    }
}

int host_interface_connect(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || g_strlcpy(addr.sun_path, path, sizeof(addr.sun_path)) >=
        sizeof(addr.sun_path) ||
        connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        return EXIT_FAILURE;
    }
    copy(STDIN_FILENO, fd);
    return EXIT_SUCCESS;
}
