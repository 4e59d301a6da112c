/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client side of RMCP+ for tests. */
#include "osdep.h"

#include "ipmi-test-client.h"

#include "codec/ipmi15.h"
#include "codec/rmcp.h"
#include "util/secret.h"

#include "test-util.h"

#define UDP_WAIT_MS 1000

/* Wakes the main loop up. */
static gboolean on_readable(GSocket *sock, GIOCondition cond, void *opaque)
{
    return G_SOURCE_REMOVE;
}

static bool udp_readable(void *opaque)
{
    return g_socket_condition_check(opaque, G_IO_IN) & G_IO_IN;
}

static size_t udp_exchange(void *opaque, const uint8_t *buf, size_t len,
                           uint8_t *answer)
{
    GSocket *sock = ((IpmiTestClient *)opaque)->socket;
    g_autoptr(GSource) source = g_socket_create_source(sock, G_IO_IN, NULL);
    bool readable;
    gssize n;

    g_assert_cmpint(g_socket_send(sock, (const char *)buf, len, NULL, NULL),
                    ==, (gssize)len);
    g_source_set_callback(source, G_SOURCE_FUNC(on_readable), NULL, NULL);
    g_source_attach(source, NULL);
    readable = test_wait_until(udp_readable, sock, UDP_WAIT_MS);
    g_source_destroy(source);
    if (!readable) {
        return 0;
    }
    n = g_socket_receive(sock, (char *)answer, IPMI_LAN_PACKET_MAX, NULL,
                         NULL);
    return MAX(n, 0);
}

/* Sends a message that opens a session; @answer gets the answer's payload. */
static int exchange_setup(IpmiTestClient *client, uint8_t type,
                          const ByteWriter *payload, uint8_t want,
                          RmcppPacket *answer, uint8_t *buf)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { .payload_type = type };
    RmcpMessage rmcp;
    size_t n;

    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_build(&w, &header, payload->data, payload->len);
    g_assert_false(w.failed);
    n = client->exchange(client->opaque, w.data, w.len, buf);
    if (n == 0) {
        return IPMI_TEST_SILENCE;
    }
    if (!rmcp_parse(buf, n, &rmcp, NULL) ||
        rmcp.msg_class != RMCP_CLASS_IPMI ||
        !rmcpp_parse(rmcp.data, rmcp.data_len, answer, NULL) ||
        answer->header.payload_type != want ||
        answer->header.session_id != 0) {
        return IPMI_TEST_BROKEN;
    }
    return 0;
}

static int parse_answer(IpmiTestClient *client, const uint8_t *buf,
                        size_t len)
{
    IpmbMessage msg;

    if (!ipmb_parse(buf, len, &msg, NULL) || msg.data_len < 1 ||
        msg.to != IPMI_ADDR_REMOTE_CONSOLE || msg.seq != client->rq_seq ||
        !(msg.netfn & 1)) {
        return IPMI_TEST_BROKEN;
    }
    client->len = msg.data_len - 1;
    memcpy(client->data, msg.data + 1, client->len);
    return msg.data[0];
}

static size_t build_request(IpmiTestClient *client, uint8_t netfn,
                            uint8_t cmd, const void *data, size_t len,
                            uint8_t *buf)
{
    ByteWriter w = byte_writer(buf, IPMI_LAN_PACKET_MAX);
    IpmbMessage msg = {
        .to = IPMI_ADDR_BMC,
        .netfn = netfn,
        .to_lun = client->lun,
        .from = IPMI_ADDR_REMOTE_CONSOLE,
        .seq = client->rq_seq,
        .cmd = cmd,
        .data = data,
        .data_len = len,
    };

    ipmb_build(&w, &msg);
    g_assert_false(w.failed);
    return w.len;
}

void ipmi_test_client_init(IpmiTestClient *client, IpmiTestExchange exchange,
                           void *opaque)
{
    memset(client, 0, sizeof(*client));
    client->exchange = exchange;
    client->opaque = opaque;
    secret_random(&client->auth.console_id, sizeof(uint32_t));
}

void ipmi_test_client_init_udp(IpmiTestClient *client,
                               GSocketAddress *server, const char *from)
{
    GSocket *sock = g_socket_new(g_socket_address_get_family(server),
                                 G_SOCKET_TYPE_DATAGRAM,
                                 G_SOCKET_PROTOCOL_UDP, NULL);
    g_autoptr(GSocketAddress) local = NULL;

    g_assert_nonnull(sock);
    if (from) {
        local = g_inet_socket_address_new_from_string(from, 0);
        g_assert_true(g_socket_bind(sock, local, FALSE, NULL));
    }
    g_assert_true(g_socket_connect(sock, server, NULL, NULL));
    g_socket_set_blocking(sock, FALSE);
    ipmi_test_client_init(client, udp_exchange, client);
    client->socket = sock;
}

void ipmi_test_client_clear(IpmiTestClient *client)
{
    rakp_auth_wipe(&client->auth);
    rmcpp_crypto_wipe(&client->crypto);
    g_clear_object(&client->socket);
}

int ipmi_test_client_open(IpmiTestClient *client, uint8_t auth,
                          uint8_t integrity, uint8_t conf)
{
    uint8_t payload[RAKP_MESSAGE_MAX];
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(payload, sizeof(payload));
    RakpOpenRequest req = { 0 };
    RakpOpenResponse rsp;
    RmcppPacket pkt;
    int rc;

    req.tag = client->tag++;
    req.console_id = client->auth.console_id;
    req.auth.alg = auth;
    req.integrity.alg = integrity;
    req.conf.alg = conf;
    rakp_build_open_request(&w, &req);
    rc = exchange_setup(client, IPMI_PAYLOAD_OPEN_REQUEST, &w,
                        IPMI_PAYLOAD_OPEN_RESPONSE, &pkt, buf);
    if (rc) {
        return rc;
    }
    if (!rakp_parse_open_response(pkt.payload, pkt.payload_len, &rsp, NULL) ||
        rsp.tag != req.tag || rsp.console_id != req.console_id) {
        return IPMI_TEST_BROKEN;
    }
    client->status = rsp.status;
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        client->auth.managed_id = rsp.managed_id;
        client->auth.suite = cipher_suite_by_algs(rsp.auth, rsp.integrity,
                                                  rsp.conf);
        if (!client->auth.suite || rsp.managed_id == 0) {
            return IPMI_TEST_BROKEN;
        }
    }
    return rsp.status;
}

int ipmi_test_client_rakp1(IpmiTestClient *client, const char *user,
                           uint8_t role)
{
    uint8_t payload[RAKP_MESSAGE_MAX];
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(payload, sizeof(payload));
    RakpAuth *auth = &client->auth;
    Rakp1 msg = { 0 };
    RmcppPacket pkt;
    Rakp2 rsp;
    int rc;

    secret_random(auth->console_random, IPMI_RANDOM_LEN);
    auth->role = role;
    auth->name_len = strlen(user);
    memcpy(auth->name, user, auth->name_len);
    msg.tag = client->tag++;
    msg.managed_id = auth->managed_id;
    memcpy(msg.console_random, auth->console_random, IPMI_RANDOM_LEN);
    msg.role = role;
    msg.name_len = auth->name_len;
    memcpy(msg.name, auth->name, auth->name_len);
    rakp_build_1(&w, &msg);
    rc = exchange_setup(client, IPMI_PAYLOAD_RAKP1, &w, IPMI_PAYLOAD_RAKP2,
                        &pkt, buf);
    if (rc) {
        return rc;
    }
    if (!rakp_parse_2(pkt.payload, pkt.payload_len, &rsp, NULL) ||
        rsp.tag != msg.tag) {
        return IPMI_TEST_BROKEN;
    }
    client->status = rsp.status;
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        if (rsp.console_id != auth->console_id) {
            return IPMI_TEST_BROKEN;
        }
        memcpy(auth->managed_random, rsp.managed_random, IPMI_RANDOM_LEN);
        memcpy(auth->guid, rsp.guid, IPMI_GUID_LEN);
    }
    return rsp.status;
}

int ipmi_test_client_rakp3(IpmiTestClient *client, const char *password)
{
    uint8_t payload[RAKP_MESSAGE_MAX];
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(payload, sizeof(payload));
    Rakp3 msg = { 0 };
    RmcppPacket pkt;
    Rakp4 rsp;
    int rc;

    g_assert_true(rakp_auth_set_password(&client->auth, password,
                                         strlen(password)));
    msg.tag = client->tag++;
    msg.managed_id = client->auth.managed_id;
    msg.code_len = rakp_auth_code3(&client->auth, msg.code);
    rakp_build_3(&w, &msg);
    rc = exchange_setup(client, IPMI_PAYLOAD_RAKP3, &w, IPMI_PAYLOAD_RAKP4,
                        &pkt, buf);
    if (rc) {
        return rc;
    }
    if (!rakp_parse_4(pkt.payload, pkt.payload_len, &rsp, NULL) ||
        rsp.tag != msg.tag) {
        return IPMI_TEST_BROKEN;
    }
    client->status = rsp.status;
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        if (rsp.console_id != client->auth.console_id ||
            !rakp_auth_check4(&client->auth, rsp.icv, rsp.icv_len)) {
            return IPMI_TEST_BROKEN;
        }
        rakp_auth_derive(&client->auth, &client->crypto);
        client->sequence = 0;
        client->inbound = 0;
    }
    return rsp.status;
}

void ipmi_test_client_rakp3_status(IpmiTestClient *client, uint8_t status)
{
    uint8_t payload[RAKP_MESSAGE_MAX];
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(payload, sizeof(payload));
    Rakp3 msg = { .tag = client->tag++, .status = status };
    RmcppPacket pkt;

    msg.managed_id = client->auth.managed_id;
    rakp_build_3(&w, &msg);
    g_assert_cmpint(exchange_setup(client, IPMI_PAYLOAD_RAKP3, &w,
                                   IPMI_PAYLOAD_RAKP4, &pkt, buf),
                    ==, IPMI_TEST_SILENCE);
}

int ipmi_test_client_login(IpmiTestClient *client, unsigned suite,
                           const char *user, const char *password)
{
    const CipherSuite *s = cipher_suite_by_id(suite);
    int rc;

    rc = ipmi_test_client_open(client, s->auth, s->integrity, s->conf);
    if (rc == IPMI_RAKP_STATUS_OK) {
        rc = ipmi_test_client_rakp1(client, user, RAKP_ROLE_NAME_ONLY);
    }
    if (rc == IPMI_RAKP_STATUS_OK) {
        rc = ipmi_test_client_rakp3(client, password);
    }
    return rc;
}

size_t ipmi_test_client_seal(IpmiTestClient *client, uint8_t netfn,
                             uint8_t cmd, const void *data, size_t len,
                             uint8_t *packet)
{
    uint8_t message[IPMI_LAN_PACKET_MAX];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter w = byte_writer(packet, IPMI_LAN_PACKET_MAX);
    RmcppHeader header = { .payload_type = IPMI_PAYLOAD_IPMI };
    size_t n = build_request(client, netfn, cmd, data, len, message);

    secret_random(iv, sizeof(iv));
    client->sequence++;
    header.session_id = client->auth.managed_id;
    header.sequence = client->sequence;
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, &client->crypto, &header, message, n, iv);
    g_assert_false(w.failed);
    return w.len;
}

int ipmi_test_client_send(IpmiTestClient *client, const uint8_t *packet,
                          size_t len)
{
    uint8_t answer[IPMI_LAN_PACKET_MAX];
    uint8_t plain[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(plain, sizeof(plain));
    RmcpMessage rmcp;
    RmcppPacket pkt;
    size_t n = client->exchange(client->opaque, packet, len, answer);

    client->len = 0;
    if (n == 0) {
        return IPMI_TEST_SILENCE;
    }
    if (!rmcp_parse(answer, n, &rmcp, NULL) ||
        !ipmi15_is_rmcpp(rmcp.data, rmcp.data_len) ||
        !rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL) ||
        pkt.header.session_id != client->auth.console_id ||
        pkt.header.sequence <= client->inbound ||
        !rmcpp_open(&client->crypto, &pkt, &w, NULL)) {
        return IPMI_TEST_BROKEN;
    }
    client->inbound = pkt.header.sequence;
    return parse_answer(client, w.data, w.len);
}

int ipmi_test_client_command(IpmiTestClient *client, uint8_t netfn,
                             uint8_t cmd, const void *data, size_t len)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t n;

    client->rq_seq = (client->rq_seq + 1) & IPMB_SEQ_MAX;
    n = ipmi_test_client_seal(client, netfn, cmd, data, len, packet);
    return ipmi_test_client_send(client, packet, n);
}

int ipmi_test_client_sessionless(IpmiTestClient *client, bool rmcpp,
                                 uint8_t netfn, uint8_t cmd,
                                 const void *data, size_t len)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t message[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { .payload_type = IPMI_PAYLOAD_IPMI };
    Ipmi15Packet pkt15 = { .auth_type = IPMI_AUTH_NONE };
    RmcppPacket pkt;
    RmcpMessage rmcp;
    size_t n;

    pkt15.payload = message;
    pkt15.payload_len = build_request(client, netfn, cmd, data, len, message);
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    if (rmcpp) {
        rmcpp_build(&w, &header, message, pkt15.payload_len);
    } else {
        ipmi15_build(&w, &pkt15);
    }
    g_assert_false(w.failed);
    n = client->exchange(client->opaque, w.data, w.len, packet);
    client->len = 0;
    if (n == 0) {
        return IPMI_TEST_SILENCE;
    }
    if (!rmcp_parse(packet, n, &rmcp, NULL) ||
        ipmi15_is_rmcpp(rmcp.data, rmcp.data_len) != rmcpp) {
        return IPMI_TEST_BROKEN;
    }
    if (rmcpp && rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL)) {
        return parse_answer(client, pkt.payload, pkt.payload_len);
    }
    if (!rmcpp && ipmi15_parse(rmcp.data, rmcp.data_len, &pkt15, NULL)) {
        return parse_answer(client, pkt15.payload, pkt15.payload_len);
    }
    return IPMI_TEST_BROKEN;
}

int ipmi_test_client_challenge15(IpmiTestClient *client, uint8_t type,
                                 const char *user)
{
    uint8_t data[1 + IPMI_NAME_MAX] = { type };
    int cc;

    memcpy(data + 1, user, MIN(strlen(user), IPMI_NAME_MAX));
    cc = ipmi_test_client_sessionless(client, false, IPMI_NETFN_APP, 0x39,
                                      data, sizeof(data));
    if (cc == IPMI_CC_OK) {
        ByteReader r = byte_reader(client->data, client->len);

        client->auth15 = type;
        client->auth.managed_id = byte_reader_le32(&r);
        memcpy(client->challenge, byte_reader_take(&r, IPMI_RANDOM_LEN),
               IPMI_RANDOM_LEN);
        g_assert_cmpint(byte_reader_left(&r), ==, 0);
    }
    return cc;
}

int ipmi_test_client_activate15(IpmiTestClient *client, const char *password,
                                uint8_t priv)
{
    uint8_t data[22] = { client->auth15, priv };
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(data + 18, 4);
    ByteReader r;
    size_t len;
    int cc;

    memset(client->password15, 0, IPMI_PASSWORD15_MAX);
    memcpy(client->password15, password,
           MIN(strlen(password), IPMI_PASSWORD15_MAX));
    memcpy(data + 2, client->challenge, IPMI_RANDOM_LEN);
    byte_writer_le32(&w, 1000);
    client->inbound = 999;
    client->sequence = 0;
    client->rq_seq = (client->rq_seq + 1) & IPMB_SEQ_MAX;
    len = ipmi_test_client_seal15(client, client->auth15, IPMI_NETFN_APP,
                                  0x3a, data, sizeof(data), packet);
    cc = ipmi_test_client_send15(client, packet, len);
    if (cc == IPMI_CC_OK) {
        g_assert_cmpint(client->len, ==, 10);
        r = byte_reader(client->data + 1, 8);
        client->auth.managed_id = byte_reader_le32(&r);
        client->sequence = byte_reader_le32(&r);
        g_assert_cmphex(client->sequence, !=, 0);
    }
    return cc;
}

size_t ipmi_test_client_seal15(IpmiTestClient *client, uint8_t type,
                               uint8_t netfn, uint8_t cmd, const void *data,
                               size_t len, uint8_t *packet)
{
    uint8_t message[IPMI_LAN_PACKET_MAX];
    uint8_t code[IPMI15_AUTH_CODE_LEN];
    ByteWriter w = byte_writer(packet, IPMI_LAN_PACKET_MAX);
    Ipmi15Packet pkt = {
        .auth_type = type,
        .sequence = client->sequence,
        .session_id = client->auth.managed_id,
        .payload = message,
        .payload_len = build_request(client, netfn, cmd, data, len, message),
    };

    if (type != IPMI_AUTH_NONE) {
        ipmi15_auth_code(&pkt, client->password15, code);
        pkt.auth_code = code;
    }
    /* 0 is used by Activate Session and by nothing else. */
    if (client->sequence && ++client->sequence == 0) {
        client->sequence = 1;
    }
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    ipmi15_build(&w, &pkt);
    g_assert_false(w.failed);
    return w.len;
}

int ipmi_test_client_send15(IpmiTestClient *client, const uint8_t *packet,
                            size_t len)
{
    uint8_t answer[IPMI_LAN_PACKET_MAX];
    size_t n = client->exchange(client->opaque, packet, len, answer);
    Ipmi15Packet pkt;
    RmcpMessage rmcp;

    client->len = 0;
    if (n == 0) {
        return IPMI_TEST_SILENCE;
    }
    if (!rmcp_parse(answer, n, &rmcp, NULL) ||
        ipmi15_is_rmcpp(rmcp.data, rmcp.data_len) ||
        !ipmi15_parse(rmcp.data, rmcp.data_len, &pkt, NULL) ||
        pkt.session_id != client->auth.managed_id ||
        (pkt.sequence && pkt.sequence <= client->inbound) ||
        (pkt.auth_type != IPMI_AUTH_NONE &&
         !ipmi15_check(&pkt, client->password15))) {
        return IPMI_TEST_BROKEN;
    }
    client->inbound = MAX(client->inbound, pkt.sequence);
    return parse_answer(client, pkt.payload, pkt.payload_len);
}

int ipmi_test_client_command15(IpmiTestClient *client, uint8_t netfn,
                               uint8_t cmd, const void *data, size_t len)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t n;

    client->rq_seq = (client->rq_seq + 1) & IPMB_SEQ_MAX;
    n = ipmi_test_client_seal15(client, client->auth15, netfn, cmd, data, len,
                                packet);
    return ipmi_test_client_send15(client, packet, n);
}
