// Echo load, one thread: each connection sends a batch of messages, awaits its whole reply, and sends the next.
// cc -O2 -o echo-load echo-load.c; echo-load PORT CONNECTIONS MESSAGE_BYTES DEPTH REPLY_BYTES SECONDS
// A batch is DEPTH messages that end with a newline; REPLY_BYTES answer all of it. Prints messages, seconds, and the median and the
// 99th percentile of a batch's round trip in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_EVENTS = 256, BUFFER = 1 << 20, MOST_TIMES = 1 << 22 };

struct connection {
  int descriptor;
  long left;
  double began;
};

static char buffer[BUFFER];
static float times[MOST_TIMES];
static char *batch;
static long batch_bytes, reply_bytes;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void begin(struct connection *connection) {
  connection->left = reply_bytes;
  connection->began = now();
  for (long sent = 0; sent < batch_bytes;) {
    ssize_t more = send(connection->descriptor, batch + sent, batch_bytes - sent, MSG_NOSIGNAL);
    if (more < 0)
      fail("send");
    sent += more;
  }
}

static void open_connection(struct connection *connection, int port, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  int on = 1;
  connection->descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection->descriptor, (struct sockaddr *)&address, sizeof address) < 0)
    fail("connect");
  setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->descriptor, &event) < 0)
    fail("epoll_ctl");
}

// True: the reply is whole.
static int receive(struct connection *connection) {
  ssize_t got = recv(connection->descriptor, buffer, BUFFER, MSG_DONTWAIT);
  if (got == 0) {
    fprintf(stderr, "the server has closed a connection\n");
    exit(1);
  }
  if (got < 0 && errno != EAGAIN)
    fail("recv");
  connection->left -= got > 0 ? got : 0;
  if (connection->left < 0) {
    fprintf(stderr, "a reply is longer than expected\n");
    exit(1);
  }
  return connection->left == 0;
}

static int compare(const void *first, const void *second) {
  float a = *(const float *)first, b = *(const float *)second;
  return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: echo-load PORT CONNECTIONS MESSAGE_BYTES DEPTH REPLY_BYTES SECONDS\n");
    return 2;
  }
  int connections = atoi(arguments[2]), bytes = atoi(arguments[3]), depth = atoi(arguments[4]);
  reply_bytes = atol(arguments[5]);
  batch_bytes = (long)bytes * depth;
  batch = malloc(batch_bytes);
  memset(batch, 'x', batch_bytes);
  for (int n = 1; n <= depth; n++)
    batch[(long)n * bytes - 1] = '\n';

  int epoll = epoll_create1(0);
  struct connection *all = calloc(connections, sizeof *all);
  for (int n = 0; n < connections; n++)
    open_connection(&all[n], atoi(arguments[1]), epoll);
  double start = now(), end = start + atof(arguments[6]), time = start;
  for (int n = 0; n < connections; n++)
    begin(&all[n]);

  long batches = 0;
  struct epoll_event events[MOST_EVENTS];
  while ((time = now()) < end) {
    int ready = epoll_wait(epoll, events, MOST_EVENTS, 100);
    for (int n = 0; n < ready; n++) {
      struct connection *connection = events[n].data.ptr;
      if (receive(connection)) {
        times[batches++ % MOST_TIMES] = (now() - connection->began) * 1e6;
        begin(connection);
      }
    }
  }
  long kept = batches < MOST_TIMES ? batches : MOST_TIMES;
  qsort(times, kept, sizeof *times, compare);
  printf("%ld %.6f %.1f %.1f\n", batches * depth, time - start, kept ? times[kept / 2] : 0, kept ? times[kept * 99 / 100] : 0);
  return 0;
}
