/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A web server with an image, and a VM with Linux and an empty CD drive.
 */
#ifndef QEMU_BMC_TESTS_MEDIA_LAB_H
#define QEMU_BMC_TESTS_MEDIA_LAB_H

#include "test-guest.h"
#include "util/json.h"

#define IMAGE_BYTES (4 * 1024 * 1024)
#define CD "/Systems/1/VirtualMedia/CD1"
#define INSERT CD "/Actions/VirtualMedia.InsertMedia"
#define EJECT CD "/Actions/VirtualMedia.EjectMedia"
#define DRIVE "-device ide-cd,id=cd0,bus=ide.0"

/*
 * MediaLab: the server and the VM.
 *
 * @folder: what the server has
 * @sum: SHA-256 of a.iso there
 * @url: where a.iso is
 * @cert: (nullable): the server's certificate, if it speaks TLS
 */
typedef struct MediaLab {
    TestLab lab;
    char *folder;
    char *sum;
    GSubprocess *server;
    char *port;
    char *url;
    char *cert;
    char *key;
} MediaLab;

/* Fixtures of g_test_add(). */
void lab_setup(MediaLab *f, const void *data);
void lab_teardown(MediaLab *f, const void *data);

/* Starts the server, on the port that it had. */
void lab_server_start(MediaLab *f);
void lab_server_end(MediaLab *f);
/* A path in what it serves. */
char *lab_in_folder(const MediaLab *f, const char *name);
/* Makes a.iso there, of random bytes. */
void lab_make_image(MediaLab *f);
/* A file by which the server is told how to behave. */
void lab_flag(const MediaLab *f, const char *name, bool on);
/* What the server has noted; waits for it. */
bool lab_server_noted(const MediaLab *f, const char *text);
void lab_wait_noted(const MediaLab *f, const char *text);

/* Requests of Redfish; they return the HTTP status. */
int lab_post(MediaLab *f, const char *path, const char *body);
int lab_insert(MediaLab *f, const char *url);
bool lab_is_inserted(MediaLab *f);
void lab_wait_inserted(MediaLab *f, bool inserted);

/* What the guest finds in its drive: a.iso, anything, nothing. */
void lab_check_reads(MediaLab *f);
void lab_check_there(MediaLab *f);
void lab_check_empty(MediaLab *f);

#endif /* QEMU_BMC_TESTS_MEDIA_LAB_H */
