/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificate of the services. Keys are made, and files written, by a
 * thread; one at a time. What a client has brought is one file with
 * certificate and key, so that no half of a pair can be found after a crash.
 */
#include "osdep.h"

#include "bmc/certificate.h"

#include <glib/gstdio.h>

#include "bmc/bmc-priv.h"
#include "util/error.h"
#include "util/secret.h"
#include "util/tls.h"

/* The key of the last request. */
#define KEY_FILE "tls-request-key.pem"

#define US_PER_DAY (24 * 60 * 60 * (int64_t)G_USEC_PER_SEC)

/* When the end of the certificate is told of: days before it. */
static const unsigned warning_days[] = { 30, 7, 1, 0 };

/*
 * @again: the files are to be read once more: they may have changed since
 *         they were
 * @warning: index of the warning that comes next
 * @expiry: runs until then
 */
struct BmcCertificates {
    GTlsCertificate *tls;
    TlsCertInfo *info;
    bool fixed;
    bool busy;
    bool again;
    unsigned warning;
    ClockTimer *expiry;
    GCancellable *cancellable;
};

/*
 * What the thread works on. It has all that it needs: the hub may go.
 *
 * @text: what a client has sent, or NULL
 * @csr: what is asked for, or NULL
 * @key: the key that it is asked for, PEM; NULL: a new one
 * @who: who asks, for the log
 */
typedef struct Job {
    Bmc *bmc;
    GCancellable *hub;
    GTask *caller;
    char *dir;
    char *text;
    TlsCsr *csr;
    char *key;
    char *who;
    GTlsCertificate *tls;
} Job;

static void job_free(Job *job)
{
    g_clear_object(&job->tls);
    g_object_unref(job->hub);
    g_clear_object(&job->caller);
    g_free(job->dir);
    secret_free(job->text);
    tls_csr_free(job->csr);
    secret_free(job->key);
    g_free(job->who);
    g_free(job);
}

static char *print_chain(GTlsCertificate *certificate)
{
    GString *text = g_string_new(NULL);
    GTlsCertificate *at = certificate;
    unsigned n;

    for (n = 0; at && n < TLS_CHAIN_MAX; n++) {
        g_autofree char *pem = NULL;

        g_object_get(at, "certificate-pem", &pem, NULL);
        g_string_append(text, pem ? pem : "");
        at = g_tls_certificate_get_issuer(at);
    }
    return g_string_free(text, false);
}

static bool write_secret(const char *path, const char *text, GError **errp)
{
    g_autoptr(GError) err = NULL;

    if (!g_file_set_contents_full(path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT |
                                      G_FILE_SET_CONTENTS_DURABLE,
                                  0600, &err)) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_FAILED, err->message);
        return false;
    }
    return true;
}

/* In a thread. */
static void do_replace(GTask *task, void *source, void *opaque,
                       GCancellable *cancellable)
{
    static const char *const names[] = { KEY_FILE, TLS_PAIR_FILE,
                                         TLS_KEY_FILE };
    Job *job = opaque;
    char *keys[G_N_ELEMENTS(names) + 1] = { NULL };
    g_autofree char *request = g_build_filename(job->dir, KEY_FILE, NULL);
    g_autofree char *path = g_build_filename(job->dir, TLS_PAIR_FILE, NULL);
    GError *err = NULL;
    char *pair;
    int used = -1;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_build_filename(job->dir, names[i], NULL);

        if (!g_file_get_contents(name, &keys[i], NULL, NULL)) {
            keys[i] = g_strdup("");
        }
    }
    pair = tls_pair_make(job->text, (const char *const *)keys, &used, &err);
    if (pair) {
        job->tls = g_tls_certificate_new_from_pem(pair, -1, NULL);
        if (!job->tls) {
            g_set_error(&err, BMC_ERROR, BMC_ERROR_INVALID,
                        "the certificate cannot be used for TLS");
        } else if (write_secret(path, pair, &err) && used == 0) {
            g_unlink(request);
        }
        secret_free(pair);
    }
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        secret_free(keys[i]);
    }
    if (err) {
        g_task_return_error(task, err);
    } else {
        g_task_return_boolean(task, TRUE);
    }
}

/* In a thread. */
static void do_request(GTask *task, void *source, void *opaque,
                       GCancellable *cancellable)
{
    Job *job = opaque;
    g_autofree char *path = g_build_filename(job->dir, KEY_FILE, NULL);
    GError *err = NULL;
    char *key = NULL;
    g_autofree char *text = job->key
        ? tls_csr_renew(job->csr, job->key, &err)
        : tls_csr_make(job->csr, &key, &err);

    if (text && (job->key || write_secret(path, key, &err))) {
        g_task_return_pointer(task, g_steal_pointer(&text), g_free);
    } else {
        g_task_return_error(task, err);
    }
    secret_free(key);
}

unsigned bmc_certificate_days_left(const Bmc *bmc)
{
    const TlsCertInfo *info = bmc->certificates->info;
    int64_t left_us = info ? info->not_after_us - g_get_real_time() : 0;

    return MAX(left_us, 0) / US_PER_DAY;
}

static void warn(void *opaque);

/* Waits for the next warning, skipping those that are over. */
static void await_expiry(Bmc *bmc)
{
    BmcCertificates *certs = bmc->certificates;
    int64_t left_us = certs->info->not_after_us - g_get_real_time();
    unsigned i = certs->warning;

    while (i + 1 < G_N_ELEMENTS(warning_days) &&
           left_us <= warning_days[i + 1] * US_PER_DAY) {
        i++;
    }
    certs->warning = i;
    if (i < G_N_ELEMENTS(warning_days)) {
        left_us -= warning_days[i] * US_PER_DAY;
        clock_timer_start(bmc->clock, &certs->expiry,
                          MAX(left_us, 0) / 1000 + 1, warn, bmc);
    }
}

static void warn(void *opaque)
{
    Bmc *bmc = opaque;
    BmcCertificates *certs = bmc->certificates;

    if (warning_days[certs->warning++]) {
        g_message("TLS: the certificate expires within %u days, clients will "
                  "refuse it then: replace it",
                  bmc_certificate_days_left(bmc) + 1);
    } else {
        g_message("TLS: the certificate has expired, clients refuse it: "
                  "replace it");
    }
    await_expiry(bmc);
    bmc_changed(bmc, BMC_PART_EXPIRY);
}

static void put(Bmc *bmc, GTlsCertificate *tls)
{
    BmcCertificates *certs = bmc->certificates;
    g_autofree char *pem = print_chain(tls);
    g_autoptr(GError) err = NULL;

    g_set_object(&certs->tls, tls);
    tls_cert_info_free(certs->info);
    certs->info = tls_cert_info_new(pem, &err);
    if (!certs->info) {
        g_warning("the certificate in use cannot be described: %s",
                  err->message);
    }
    clock_timer_stop(&certs->expiry);
    certs->warning = 0;
    if (certs->info) {
        await_expiry(bmc);
    }
    bmc_changed(bmc, BMC_PART_CERTIFICATE);
}

static void replaced(GObject *source, GAsyncResult *res, void *opaque)
{
    Job *job = g_task_get_task_data(G_TASK(res));
    g_autoptr(GTask) caller = g_steal_pointer(&job->caller);
    GError *err = NULL;

    if (!g_task_propagate_boolean(G_TASK(res), &err)) {
        if (!g_cancellable_is_cancelled(job->hub)) {
            job->bmc->certificates->busy = false;
            g_message("TLS: certificate refused from %s: %s", job->who,
                      err->message);
        }
        g_task_return_error(caller, err);
        return;
    }
    if (!g_cancellable_is_cancelled(job->hub)) {
        job->bmc->certificates->busy = false;
        g_message("TLS: certificate replaced by %s", job->who);
        put(job->bmc, job->tls);
    }
    g_task_return_boolean(caller, TRUE);
}

static void requested(GObject *source, GAsyncResult *res, void *opaque)
{
    Job *job = g_task_get_task_data(G_TASK(res));
    g_autoptr(GTask) caller = g_steal_pointer(&job->caller);
    GError *err = NULL;
    char *text = g_task_propagate_pointer(G_TASK(res), &err);

    if (!g_cancellable_is_cancelled(job->hub)) {
        job->bmc->certificates->busy = false;
        g_message("TLS: request for a certificate made for %s%s%s", job->who,
                  text ? "" : ": ", text ? "" : err->message);
    }
    if (text) {
        g_task_return_pointer(caller, text, g_free);
    } else {
        g_task_return_error(caller, err);
    }
}

/* Returns NULL when the caller has been told why not. */
static Job *begin(Bmc *bmc, const BmcOrigin *origin, GTask *caller)
{
    BmcCertificates *certs = bmc->certificates;
    Job *job;

    if (!certs->tls || certs->fixed) {
        g_task_return_new_error(
            caller, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED, "%s",
            certs->tls ? "the certificate is in files of the host's "
                         "administrator (TLS_CERT), who replaces it"
                       : "TLS is off");
        g_object_unref(caller);
        return NULL;
    }
    if (certs->busy) {
        g_task_return_new_error(caller, BMC_ERROR, BMC_ERROR_BUSY,
                                "another certificate is being handled");
        g_object_unref(caller);
        return NULL;
    }
    certs->busy = true;
    job = g_new0(Job, 1);
    job->bmc = bmc;
    job->hub = g_object_ref(certs->cancellable);
    job->caller = caller;
    job->dir = g_strdup(bmc->state_dir);
    job->who = bmc_origin_to_string(origin);
    return job;
}

static void run(Job *job, GTaskThreadFunc func, GAsyncReadyCallback done)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, done, NULL);

    g_task_set_task_data(task, job, (GDestroyNotify)job_free);
    g_task_run_in_thread(task, func);
}

void bmc_certificate_replace_async(Bmc *bmc, const char *text,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque)
{
    Job *job = begin(bmc, origin,
                     g_task_new(NULL, cancellable, callback, opaque));

    if (job) {
        job->text = g_strdup(text);
        run(job, do_replace, replaced);
    }
}

bool bmc_certificate_replace_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void bmc_certificate_request_async(Bmc *bmc, const TlsCsr *csr,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque)
{
    Job *job = begin(bmc, origin,
                     g_task_new(NULL, cancellable, callback, opaque));

    if (job) {
        job->csr = tls_csr_copy(csr);
        run(job, do_request, requested);
    }
}

void bmc_certificate_renew_async(Bmc *bmc, const TlsKeyType *key,
                                 const BmcOrigin *origin,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque)
{
    BmcCertificates *certs = bmc->certificates;
    Job *job = begin(bmc, origin,
                     g_task_new(NULL, cancellable, callback, opaque));
    g_autofree char *pem = NULL;

    if (!job) {
        return;
    }
    g_object_get(certs->tls, "certificate-pem", &pem, NULL);
    job->csr = tls_csr_of(pem, NULL) ?: g_new0(TlsCsr, 1);
    if (key) {
        job->csr->key = *key;
    } else {
        g_object_get(certs->tls, "private-key-pem", &job->key, NULL);
    }
    run(job, do_request, requested);
}

char *bmc_certificate_request_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

/* In a thread. */
static void do_reload(GTask *task, void *source, void *opaque,
                      GCancellable *cancellable)
{
    Job *job = opaque;
    GError *err = NULL;

    job->tls = tls_load(job->dir, job->text, &err);
    if (job->tls) {
        g_task_return_boolean(task, TRUE);
    } else {
        g_task_return_error(task, err);
    }
}

static void reloaded(GObject *source, GAsyncResult *res, void *opaque)
{
    Job *job = g_task_get_task_data(G_TASK(res));
    g_autoptr(GError) err = NULL;

    if (g_cancellable_is_cancelled(job->hub)) {
        return;
    }
    job->bmc->certificates->busy = false;
    if (g_task_propagate_boolean(G_TASK(res), &err)) {
        g_message("TLS: certificate read again from %s", job->dir);
        put(job->bmc, job->tls);
    } else {
        g_warning("TLS: the certificate stays as it was: %s", err->message);
    }
    if (job->bmc->certificates->again) {
        bmc_certificate_reload(job->bmc, job->dir, job->text);
    }
}

void bmc_certificate_reload(Bmc *bmc, const char *cert_path,
                            const char *key_path)
{
    BmcCertificates *certs = bmc->certificates;
    Job *job;

    if (certs->busy) {
        certs->again = true;
        return;
    }
    certs->busy = true;
    certs->again = false;
    job = g_new0(Job, 1);
    job->bmc = bmc;
    job->hub = g_object_ref(certs->cancellable);
    job->dir = g_strdup(cert_path);
    job->text = g_strdup(key_path);
    run(job, do_reload, reloaded);
}

void bmc_certificate_set(Bmc *bmc, GTlsCertificate *certificate, bool fixed)
{
    bmc->certificates->fixed = fixed;
    put(bmc, certificate);
}

const TlsCertInfo *bmc_certificate_info(const Bmc *bmc)
{
    return bmc->certificates->info;
}

GTlsCertificate *bmc_certificate_tls(const Bmc *bmc)
{
    return bmc->certificates->tls;
}

bool bmc_certificate_is_fixed(const Bmc *bmc)
{
    return bmc->certificates->fixed;
}

void bmc_certificate_new(Bmc *bmc)
{
    bmc->certificates = g_new0(BmcCertificates, 1);
    bmc->certificates->cancellable = g_cancellable_new();
}

void bmc_certificate_free(Bmc *bmc)
{
    BmcCertificates *certs = bmc->certificates;

    if (!certs) {
        return;
    }
    g_cancellable_cancel(certs->cancellable);
    g_object_unref(certs->cancellable);
    clock_timer_stop(&certs->expiry);
    tls_cert_info_free(certs->info);
    g_clear_object(&certs->tls);
    g_free(certs);
    bmc->certificates = NULL;
}
