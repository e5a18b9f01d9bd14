/* A wall clock that jumps: the time of day is off by as many seconds as the file named by
   RECADO_CLOCK_JUMP says (read at most ten times a second). The monotonic clocks stay as they are.
   Waits until a time of day are moved back, so that they last as long as with a kernel whose clock
   has jumped. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { look_every_ms = 100 };
/* A point in time after 2001 is one of the wall clock: no machine has been up for so long. */
static const time_t surely_wall_clock = 1000000000;

static int (*clock_of_kernel(void))(clockid_t, struct timespec*) {
  static int (*next)(clockid_t, struct timespec*);
  if (next == NULL)
    next = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  return next;
}

static long read_jump(void) {
  const char* path = getenv("RECADO_CLOCK_JUMP");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[16] = {0};
  long seconds = read(file, text, sizeof text - 1) > 0 ? atol(text) : 0;
  close(file);
  return seconds;
}

static long jump(void) {
  static atomic_long known;
  static atomic_long looked_at_ms;
  struct timespec now;
  clock_of_kernel()(CLOCK_MONOTONIC, &now);
  long ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
  if (ms - atomic_load(&looked_at_ms) >= look_every_ms) {
    atomic_store(&looked_at_ms, ms);
    atomic_store(&known, read_jump());
  }
  return atomic_load(&known);
}

static int is_wall_clock(clockid_t which) {
  return which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t which, struct timespec* out) {
  int done = clock_of_kernel()(which, out);
  if (done == 0 && is_wall_clock(which)) out->tv_sec += jump();
  return done;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}

static struct timespec as_kernel(const struct timespec* until) {
  struct timespec out = *until;
  if (out.tv_sec > surely_wall_clock) out.tv_sec -= jump();
  return out;
}

/* glibc keeps an old pthread_cond_timedwait for old programs; dlsym alone might find that one. */
static void* newest(const char* name, const char* version) {
  void* found = dlvsym(RTLD_NEXT, name, version);
  return found != NULL ? found : dlsym(RTLD_NEXT, name);
}

int pthread_cond_timedwait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict until) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
  if (next == NULL)
    next = (int (*)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*))newest(
      "pthread_cond_timedwait", "GLIBC_2.3.2");
  struct timespec real = as_kernel(until);
  return next(cond, mutex, &real);
}

int pthread_cond_clockwait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex,
                           clockid_t which, const struct timespec* restrict until) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
  if (next == NULL)
    next = (int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*))dlsym(
      RTLD_NEXT, "pthread_cond_clockwait");
  struct timespec real = as_kernel(until);
  return next(cond, mutex, which, &real);
}

int sem_timedwait(sem_t* restrict sem, const struct timespec* restrict until) {
  static int (*next)(sem_t*, const struct timespec*);
  if (next == NULL)
    next = (int (*)(sem_t*, const struct timespec*))dlsym(RTLD_NEXT, "sem_timedwait");
  struct timespec real = as_kernel(until);
  return next(sem, &real);
}
