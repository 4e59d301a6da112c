/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LAN engine without sockets. */
#include "osdep.h"

#include "engine-fixture.h"

#include <arpa/inet.h>

#include "test-util.h"

size_t engine_fixture_take(EngineFixture *f, uint8_t *buf)
{
    g_autoptr(GBytes) bytes = g_queue_pop_head(&f->outbox);
    size_t len = 0;

    if (bytes) {
        len = g_bytes_get_size(bytes);
        memcpy(buf, g_bytes_get_data(bytes, NULL), len);
    }
    return len;
}

static size_t exchange(void *opaque, const uint8_t *buf, size_t len,
                       uint8_t *answer)
{
    EngineHost *host = opaque;
    size_t n;

    ipmi_engine_receive(host->f->engine, &host->peer, buf, len);
    fixture_settle(&host->f->base);
    n = engine_fixture_take(host->f, answer);
    if (n) {
        g_assert_true(ipmi_peer_same_host(&host->f->last, &host->peer));
    }
    if (host->lose) {
        host->lose = false;
        return 0;
    }
    return n;
}

void engine_fixture_keep(void *opaque, const IpmiPeer *peer, const uint8_t *buf,
                         size_t len)
{
    EngineFixture *f = opaque;

    g_queue_push_tail(&f->outbox, g_bytes_new(buf, len));
    f->last = *peer;
}

void engine_fixture_setup(EngineFixture *f, const void *opaque)
{
    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    f->engine = ipmi_engine_new(f->core, engine_fixture_keep, f);
    g_queue_init(&f->outbox);
}

void engine_fixture_teardown(EngineFixture *f, const void *opaque)
{
    g_assert_cmpint(f->outbox.length, ==, 0);
    ipmi_engine_free(f->engine);
    ipmi_core_free(f->core);
    fixture_clear(&f->base);
}

void engine_host_init(EngineHost *host, EngineFixture *f, const char *ip,
                      uint16_t port)
{
    memset(host, 0, sizeof(*host));
    host->f = f;
    host->peer.addr.in.sin_family = AF_INET;
    host->peer.addr.in.sin_addr.s_addr = inet_addr(ip);
    host->peer.addr.in.sin_port = g_htons(port);
    ipmi_test_client_init(&host->client, exchange, host);
}

void engine_host_login(EngineHost *host, EngineFixture *f, unsigned suite,
                       const char *user)
{
    engine_host_init(host, f, "192.0.2.1", 1000);
    g_assert_cmpint(
        ipmi_test_client_login(&host->client, suite, user, FIXTURE_PASSWORD),
        ==, 0);
}

int engine_host_command(EngineHost *host, uint8_t netfn, uint8_t cmd,
                        const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    return ipmi_test_client_command(&host->client, netfn, cmd, data, len);
}
