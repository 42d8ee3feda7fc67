/*
 * A model of a power cut, for LD_PRELOAD. Of every file in the folder POWERCUT_DIR the folder POWERCUT_KEPT gets what a
 * cut would leave at this moment: the bytes of the file at its last fsync or fdatasync, and the names in the folder at the
 * folder's own last fsync. So a file that was created, renamed or removed without a sync of the folder is in the image
 * under its old name, or not at all, and one that was shortened without a sync still has its old length.
 *
 * Kept: `listing`, a line `ID NAME` for each name; and a file `ID` for each inode that was ever synced. What is there when
 * the process starts was there before, and counts as synced.
 *
 * Files are read through the descriptor that is synced: to open and close one more would take from the process the locks
 * that SQLite holds on it (fcntl).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *watched, *kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned serial;

static void fail(const char *what) {
  perror(what);
  abort(); /* a test must not go on with a wrong image */
}

/* Inode numbers are used again; with the time of birth they are not. Says whether it is a regular file. */
static int identify(int dir, const char *name, char *id, size_t size) {
  struct statx x;
  int flags = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);
  if (statx(dir, name, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &x) != 0 || !S_ISREG(x.stx_mode)) return 0;
  snprintf(id, size, "%llu-%lld.%09u", (unsigned long long)x.stx_ino, (long long)x.stx_btime.tv_sec, x.stx_btime.tv_nsec);
  return 1;
}

static int begin(char *part, size_t size) {
  snprintf(part, size, "%s/part-%d-%u", kept, getpid(), serial++);
  int out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (out < 0) fail("powercut: open");
  return out;
}

static void finish(int out, const char *part, const char *name) {
  char path[4096];
  close(out);
  snprintf(path, sizeof path, "%s/%s", kept, name);
  if (rename(part, path) != 0) fail("powercut: rename");
}

static void write_all(int out, const char *bytes, ssize_t count) {
  for (ssize_t done = 0; done < count;) {
    ssize_t written = write(out, bytes + done, count - done);
    if (written <= 0) fail("powercut: write");
    done += written;
  }
}

static void keep_file(int fd) {
  static char block[1 << 20];
  char id[64], part[4096], self[64];
  int in = fd;
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) { /* not one of SQLite's */
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    in = open(self, O_RDONLY | O_CLOEXEC);
  }
  if (in < 0 || !identify(fd, "", id, sizeof id)) fail("powercut: keep");
  int out = begin(part, sizeof part);
  off_t at = 0;
  for (ssize_t count; (count = pread(in, block, sizeof block, at)) > 0; at += count) write_all(out, block, count);
  if (in != fd) close(in);
  finish(out, part, id);
}

static void keep_listing(int also_files) {
  char part[4096];
  int out = begin(part, sizeof part);
  DIR *dir = opendir(watched);
  if (!dir) fail("powercut: opendir");
  for (struct dirent *entry; (entry = readdir(dir));) {
    char id[64], line[512];
    if (!identify(dirfd(dir), entry->d_name, id, sizeof id)) continue;
    write_all(out, line, snprintf(line, sizeof line, "%s %s\n", id, entry->d_name));
    if (!also_files) continue;
    int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("powercut: openat");
    keep_file(fd);
    close(fd);
  }
  closedir(dir);
  finish(out, part, "listing");
}

static void keep(int fd) {
  char link[64], path[4096];
  struct stat s;
  if (!watched || fstat(fd, &s) != 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  size_t prefix = strlen(watched);
  if (strncmp(path, watched, prefix) != 0) return;
  pthread_mutex_lock(&lock);
  if (S_ISDIR(s.st_mode) && path[prefix] == 0) keep_listing(0);
  else if (S_ISREG(s.st_mode) && path[prefix] == '/') keep_file(fd);
  pthread_mutex_unlock(&lock);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  keep(fd);
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  keep(fd);
  return real(fd);
}

__attribute__((constructor)) static void start(void) {
  watched = getenv("POWERCUT_DIR");
  kept = getenv("POWERCUT_KEPT");
  if (!watched || !kept) {
    watched = NULL;
    return;
  }
  char listing[4096];
  snprintf(listing, sizeof listing, "%s/listing", kept);
  if (access(listing, F_OK) != 0) keep_listing(1);
}
