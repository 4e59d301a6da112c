/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the service manager, without libsystemd. */
#include "osdep.h"

#include "util/sd.h"

#include <sys/socket.h>
#include <sys/un.h>

/* Returns the length of @sun that bind() and connect() count, or 0. */
static socklen_t notify_address(const char *path, struct sockaddr_un *sun)
{
    size_t len = strlen(path);

    if ((path[0] != '/' && path[0] != '@') || len < 2 ||
        len > sizeof(sun->sun_path)) {
        return 0;
    }
    *sun = (struct sockaddr_un) { .sun_family = AF_UNIX };
    memcpy(sun->sun_path, path, len);
    if (path[0] == '@') {
        sun->sun_path[0] = '\0';
    }
    return offsetof(struct sockaddr_un, sun_path) + len;
}

void sd_notify_send(const char *state)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un sun;
    socklen_t len;
    int fd;

    if (!path || !path[0]) {
        return;
    }
    len = notify_address(path, &sun);
    if (!len) {
        g_warning("cannot use NOTIFY_SOCKET '%s': neither a path nor "
                  "an abstract socket", path);
        return;
    }
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 ||
        sendto(fd, state, strlen(state), MSG_NOSIGNAL,
               (struct sockaddr *)&sun, len) < 0) {
        g_warning("cannot notify the service manager at %s: %s", path,
                  g_strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
}

int64_t sd_watchdog_interval_ms(void)
{
    const char *usec = g_getenv("WATCHDOG_USEC");
    const char *pid = g_getenv("WATCHDOG_PID");
    guint64 value;

    if (!usec ||
        !g_ascii_string_to_unsigned(usec, 10, 1, INT64_MAX, &value, NULL)) {
        return 0;
    }
    /* The variables are inherited; they are meant for one process. */
    if (pid) {
        guint64 wanted;

        if (!g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT32, &wanted,
                                        NULL) ||
            wanted != (guint64)getpid()) {
            return 0;
        }
    }
    return MAX(value / 1000, 1);
}
