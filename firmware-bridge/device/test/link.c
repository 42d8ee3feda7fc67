/* The state machine of the device's end, message by message: protocol, sections 2 and 4 to 6. */
#include "bench.h"

static void a_device_announces_itself_every_second_until_a_host_answers(void) {
  start();
  poll_after(0);
  CHECK(count_of(SC_HELLO) == 1);
  poll_after(999);
  CHECK(count_of(SC_HELLO) == 1);
  poll_after(1);
  CHECK(count_of(SC_HELLO) == 2);
  CHECK(nth(SC_HELLO, 0)[2] == 0 && sc_get_u32(nth(SC_HELLO, 0) + 4) == 0);
  forget();
  host_hello(5, 1, 1);
  CHECK(count_of(SC_HELLO) == 1 && nth(SC_HELLO, 0)[2] == 1 && sc_get_u32(nth(SC_HELLO, 0) + 4) == 5);
  poll_after(0);
  CHECK(count_of(SC_CHANNEL) == 2 && count_of(SC_STATS) == 1);
  forget();
  for (int i = 0; i < 4; i++) {
    poll_after(1000);
    ack(1, 1, 4);
  }
  CHECK(count_of(SC_HELLO) == 0 && count_of(SC_STATS) == 2);
}

static void a_host_of_another_version_is_told_and_not_joined(void) {
  start();
  host_hello(5, 2, 9);
  CHECK(nth(SC_HELLO, 0)[2] == 0 && sc_get_u32(nth(SC_HELLO, 0) + 4) == 5);
  measure(1);
  ack(1, 1, 4);
  poll_after(10);
  CHECK(count_of(SC_READING) == 0);
  host_hello(6, 1, 9);
  CHECK(nth(SC_HELLO, count_of(SC_HELLO) - 1)[2] == 1);
}

static void nothing_is_sent_without_credit_and_no_more_than_the_credit(void) {
  start();
  measure(6);
  join(5);
  poll_after(10);
  CHECK(sent_readings(1, 0));
  ack(1, 1, 4);
  poll_after(10);
  CHECK(sent_readings(1, 4));
  forget();
  ack(1, 5, 4);
  poll_after(10);
  CHECK(sent_readings(1, 0));
  ack(3, 5, 4);
  poll_after(10);
  CHECK(sent_readings(5, 6));
}

static void a_reading_stays_until_it_is_committed(void) {
  sc_stats stats;
  start();
  measure(5);
  join(5);
  ack(1, 1, 64);
  poll_after(0);
  ack(1, 6, 64);
  sc_link_stats(&link, &stats);
  CHECK(stats.ring_used == 5);
  ack(4, 6, 64);
  sc_link_stats(&link, &stats);
  CHECK(stats.ring_used == 2 && stats.ring_peak == 5 && stats.readings == 5 && stats.dropped == 0);
  forget();
  poll_after(20000); /* the host is gone: what it only received comes again to the next session */
  join(6);
  ack(4, 4, 64);
  poll_after(0);
  CHECK(sent_readings(4, 5));
  CHECK(nth(SC_READING, 0)[11] == 1);
}

static void a_full_ring_drops_its_oldest_and_says_which(void) {
  sc_stats stats;
  start();
  measure(RING + 3);
  sc_link_stats(&link, &stats);
  CHECK(stats.dropped == 3 && stats.ring_used == RING && stats.readings == RING + 3);
  join(5);
  ack(1, 1, 2);
  poll_after(0);
  CHECK(sent_readings(4, 5));
  CHECK(sc_get_u16(nth(SC_READING, 0) + 8) == 0 && sc_get_u16(nth(SC_READING, 1) + 8) == 1);
  forget();
  measure(1); /* drops 4, which was sent and not acknowledged */
  ack(1, 6, 3);
  poll_after(0);
  CHECK(sent_readings(6, 7));
  CHECK(sc_get_u16(nth(SC_READING, 0) + 8) == 1);
  ack(8, 8, 64);
  forget();
  poll_after(0);
  CHECK(sent_readings(8, RING + 4));
}

static void values_and_times_leave_the_ring_as_they_came(void) {
  double value = -0.1;
  uint64_t bits;
  start();
  join(5);
  now = 0x123456789Aull;
  CHECK(sc_link_reading(&link, 1, value, now) == 1);
  ack(1, 1, 4);
  poll_after(0);
  memcpy(&bits, &value, sizeof bits);
  CHECK(sc_get_u64(nth(SC_READING, 0) + 20) == bits && sc_get_u64(nth(SC_READING, 0) + 12) == now);
  CHECK(nth(SC_READING, 0)[10] == 1 && nth(SC_READING, 0)[11] == 0);
}

static void what_is_no_reading_is_not_taken(void) {
  const double zero = 0.0;
  start();
  CHECK(sc_link_reading(&link, 2, 1.0, now) == 0);
  CHECK(sc_link_reading(&link, 0, 1.0 / zero, now) == 0);
  CHECK(sc_link_reading(&link, 0, zero / zero, now) == 0);
  link.next = 0xFFFFFFFFu;
  CHECK(sc_link_reading(&link, 0, 1.0, now) == 0);
}

static void a_gap_is_sent_again_from_where_the_host_says(void) {
  start();
  measure(6);
  join(5);
  ack(1, 1, 64);
  poll_after(0);
  forget();
  host_nak(SC_NAK_GAP, 3);
  poll_after(0);
  CHECK(sent_readings(3, 6));
  CHECK(nth(SC_READING, 0)[11] == 1);
  forget();
  host_nak(SC_NAK_GAP, 7); /* not sent yet: nothing to go back to */
  host_nak(SC_NAK_GAP, 0xFFFFFFFFu);
  poll_after(0);
  CHECK(sent_readings(1, 0));
  measure(RING); /* 1 to 6 are gone */
  host_nak(SC_NAK_GAP, 2);
  poll_after(0);
  CHECK(sent_readings(7, RING + 6));
}

static void silence_is_answered_by_going_back_ever_more_slowly(void) {
  static const uint64_t waits[] = {300, 600, 1200, 2400};
  start();
  measure(3);
  join(5);
  ack(1, 1, 64);
  poll_after(0);
  ack(1, 2, 64);
  for (size_t i = 0; i < 4; i++) {
    forget();
    poll_after(waits[i] - 1);
    CHECK(sent_readings(1, 0));
    poll_after(1);
    CHECK(sent_readings(2, 3));
    host_hello(5, 1, 1); /* the session goes on: no reason to change anything */
  }
  ack(1, 3, 64); /* progress */
  forget();
  poll_after(299);
  CHECK(sent_readings(1, 0));
  poll_after(1);
  CHECK(sent_readings(3, 3));
  ack(1, 4, 64); /* all has arrived: a commit may take its time */
  forget();
  poll_after(4000);
  CHECK(sent_readings(1, 0));
}

static void a_line_without_room_delays_and_loses_nothing(void) {
  start();
  measure(5);
  join(5);
  ack(1, 1, 64);
  room = 2;
  poll_after(0);
  CHECK(sent_readings(1, 2));
  room = MOST_SENT;
  poll_after(0);
  CHECK(sent_readings(1, 5));
}

static void a_host_that_falls_silent_is_waited_for(void) {
  start();
  measure(1);
  join(5);
  ack(1, 1, 64);
  poll_after(4999);
  CHECK(count_of(SC_HELLO) == 0);
  poll_after(1);
  CHECK(count_of(SC_HELLO) == 1 && sc_get_u32(nth(SC_HELLO, 0) + 4) == 0);
  forget();
  measure(1);
  poll_after(10);
  CHECK(count_of(SC_READING) == 0);
}

static void a_new_session_begins_at_the_oldest_and_the_same_one_goes_on(void) {
  start();
  measure(4);
  join(5);
  ack(2, 3, 64);
  CHECK(count_of(SC_NAK) == 1); /* received more than was ever sent */
  ack(1, 1, 64);
  poll_after(0);
  ack(2, 5, 64);
  forget();
  host_hello(5, 1, 1);
  poll_after(0);
  CHECK(count_of(SC_HELLO) == 1 && count_of(SC_CHANNEL) == 0 && sent_readings(1, 0));
  forget();
  host_hello(6, 1, 1);
  poll_after(0);
  CHECK(count_of(SC_CHANNEL) == 2 && sent_readings(1, 0)); /* no credit yet */
  ack(2, 2, 64);
  poll_after(0);
  CHECK(sent_readings(2, 4));
}

static void acknowledgements_that_make_no_sense_change_nothing(void) {
  sc_stats stats;
  start();
  measure(4);
  join(5);
  ack(1, 1, 2);
  poll_after(0);
  forget();
  ack_of(BOOT + 1, 5, 5, 64);
  CHECK(nth(SC_NAK, 0)[0] == SC_NAK_BOOT && sc_get_u32(nth(SC_NAK, 0) + 2) == BOOT);
  ack(4, 4, 64);
  CHECK(nth(SC_NAK, 1)[0] == SC_NAK_VALUE);
  ack(3, 2, 64);
  CHECK(nth(SC_NAK, 2)[0] == SC_NAK_VALUE);
  poll_after(0);
  sc_link_stats(&link, &stats);
  CHECK(stats.ring_used == 4 && sent_readings(1, 0));
}

static void refusals_name_their_reason_and_only_a_joined_device_utters_them(void) {
  uint8_t line[SC_LINE_MAX];
  sc_writer w;
  sc_stats stats;
  start();
  host_says(0xBF, (const uint8_t *)"x", 1);
  CHECK(count_of(SC_NAK) == 0);
  join(5);
  host_says(0xBF, (const uint8_t *)"x", 1);
  host_says(SC_ACK, (const uint8_t *)"x", 1);
  CHECK(nth(SC_NAK, 0)[0] == SC_NAK_TYPE && nth(SC_NAK, 0)[1] == 0xBF);
  CHECK(nth(SC_NAK, 1)[0] == SC_NAK_LENGTH && nth(SC_NAK, 1)[1] == SC_ACK);
  sc_frame_begin(&w, line, sizeof line, 2, SC_TIME_GET);
  sc_put_u32(&w, 1);
  sc_link_receive(&link, line, sc_frame_end(&w), now);
  CHECK(nth(SC_NAK, 2)[0] == SC_NAK_VERSION && sc_get_u32(nth(SC_NAK, 2) + 2) == 1);
  host_says(SC_HOST_NAK, (const uint8_t *)"x", 1);
  host_says(SC_READING, (const uint8_t *)"x", 1);
  CHECK(count_of(SC_NAK) == 3 && count_of(SC_TIME) == 0);
  sc_link_stats(&link, &stats);
  CHECK(stats.malformed == 6);
}

static void a_channel_that_was_lost_is_described_again(void) {
  start();
  join(5);
  host_nak(SC_NAK_CHANNEL, 1);
  host_nak(SC_NAK_CHANNEL, 2);
  CHECK(count_of(SC_CHANNEL) == 1 && nth(SC_CHANNEL, 0)[0] == 1 && sc_get_u32(nth(SC_CHANNEL, 0) + 2) == 60000);
  CHECK(strcmp((const char *)nth(SC_CHANNEL, 0) + 6, "humidity") == 0);
}

static void the_time_is_asked_and_told(void) {
  uint8_t told[24] = {0};
  uint32_t uncertainty = 0;
  start();
  join(5);
  CHECK(sc_link_time(&link, now, &uncertainty) == 0);
  host_says(SC_TIME_GET, (const uint8_t *)"\x09\0\0\0", 4);
  CHECK(sc_get_u32(nth(SC_TIME, 0)) == 9 && sc_get_u64(nth(SC_TIME, 0) + 4) == now);
  sc_set_u32(told, BOOT);
  sc_set_u32(told + 4, 1000);
  sc_set_u32(told + 12, 5000000);
  sc_set_u32(told + 20, 3);
  host_says(SC_TIME_SET, told, sizeof told);
  CHECK(sc_link_time(&link, 1000 + 20000, &uncertainty) == 5020000 && uncertainty == 5);
  sc_set_u32(told, BOOT + 1);
  sc_set_u32(told + 12, 6000000);
  host_says(SC_TIME_SET, told, sizeof told);
  CHECK(sc_link_time(&link, 1000, &uncertainty) == 5000000);
}

static void a_device_without_slots_says_so(void) {
  uint8_t p[48] = {7, 0, 0, 0, 0, 0, 0, 0, 9};
  start();
  join(5);
  host_says(SC_MODEL_BEGIN, p, sizeof p);
  host_says(SC_STATE_GET, p, 4);
  p[0] = 1;
  p[8] = 0;
  p[4] = 9;
  host_says(SC_STATE_SET, p, 24);
  CHECK(nth(SC_MODEL, 0)[0] == 7 && nth(SC_MODEL, 0)[4] == SC_MODEL_NO_SLOTS && nth(SC_MODEL, 0)[5] == SC_NO_SLOT);
  CHECK(nth(SC_STATE, 0)[0] == 7 && sc_get_u16(nth(SC_STATE, 0) + 4) == 0);
  CHECK(nth(SC_STATE_STATUS, 0)[0] == 1 && nth(SC_STATE_STATUS, 0)[1] == SC_STATE_NO_NETWORK);
}

static void forecasts_go_both_ways(void) {
  static const uint16_t level[3] = {1000, 5000, 9000};
  static float values[72];
  const sc_forecast mine = {BOOT, 9, 60000, 1, 3, 24, 1, 24, level, values};
  uint8_t theirs[18 + 2 + 4] = {0};
  start();
  CHECK(sc_link_forecast(&link, &mine) == 0);
  join(5);
  for (int i = 0; i < 72; i++) values[i] = (float)i;
  CHECK(sc_link_forecast(&link, &mine) == 1);
  CHECK(count_of(SC_FORECAST) == 2);
  for (size_t part = 0, step = 1; part < 2; part++) {
    const uint8_t *p = nth(SC_FORECAST, part);
    CHECK(p[14] == 24 && p[15] == step);
    for (uint8_t row = 0; row < p[16]; row++, step++)
      CHECK(sc_get_f32(p + 18 + 6 + 12 * row) == (float)(3 * (step - 1)));
    CHECK(part == 0 || step == 25);
  }
  theirs[13] = theirs[14] = theirs[15] = theirs[16] = 1;
  theirs[19] = 1;
  host_says(SC_HOST_FORECAST, theirs, sizeof theirs);
  CHECK(last_forecast == sizeof theirs);
}

static uint8_t model_messages;

static void count_model(void *context, sc_link *of, uint8_t type, const uint8_t *payload, uint8_t size) {
  (void)context;
  CHECK(of == &link && type == SC_STATE_GET && payload[0] == 1 && size == 4);
  model_messages++;
}

static void messages_about_models_go_to_their_handler(void) {
  start();
  join(5);
  setup.model = count_model;
  host_says(SC_STATE_GET, (const uint8_t *)"\1\0\0\0", 4);
  setup.model = NULL;
  CHECK(model_messages == 1 && sent == 0);
}

static void a_small_buffer_takes_what_it_says_and_passes_over_the_rest(void) {
  uint8_t payload[SC_PAYLOAD_MAX] = {1};
  sc_stats stats;
  setup.rx_size = SC_CONTENT_MIN;
  start();
  host_hello(5, 1, 1);
  CHECK(nth(SC_HELLO, 0)[107] == 64);
  host_says(SC_MODEL_CHUNK, payload, 65);
  CHECK(count_of(SC_MODEL) == 0);
  host_says(SC_MODEL_CHUNK, payload, 64);
  CHECK(count_of(SC_MODEL) == 1);
  sc_link_stats(&link, &stats);
  CHECK(stats.overruns == 1);
  setup.rx_size = sizeof rx;
}

static void floats_are_widened_to_the_number_they_are(void) {
  uint32_t patterns[] = {0, 1, 2, 0x7FFFFF, 0x800000, 0x3F800000, 0x7F7FFFFF, 0x41AB3333, 0x00400000, 0x80000000, 0x80000001};
  uint32_t bits = 12345;
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns + 10000; i++) {
    double wide;
    float narrow;
    uint64_t expected;
    bits = i < sizeof patterns / sizeof *patterns ? patterns[i] : bits * 1664525u + 1013904223u;
    if ((bits & 0x7F800000u) == 0x7F800000u) continue;
    memcpy(&narrow, &bits, 4);
    wide = (double)narrow;
    memcpy(&expected, &wide, 8);
    CHECK(sc_widened_bits(narrow) == expected);
  }
}

int main(void) {
  a_device_announces_itself_every_second_until_a_host_answers();
  a_host_of_another_version_is_told_and_not_joined();
  nothing_is_sent_without_credit_and_no_more_than_the_credit();
  a_reading_stays_until_it_is_committed();
  a_full_ring_drops_its_oldest_and_says_which();
  values_and_times_leave_the_ring_as_they_came();
  what_is_no_reading_is_not_taken();
  a_gap_is_sent_again_from_where_the_host_says();
  silence_is_answered_by_going_back_ever_more_slowly();
  a_line_without_room_delays_and_loses_nothing();
  a_host_that_falls_silent_is_waited_for();
  a_new_session_begins_at_the_oldest_and_the_same_one_goes_on();
  acknowledgements_that_make_no_sense_change_nothing();
  refusals_name_their_reason_and_only_a_joined_device_utters_them();
  a_channel_that_was_lost_is_described_again();
  the_time_is_asked_and_told();
  a_device_without_slots_says_so();
  forecasts_go_both_ways();
  messages_about_models_go_to_their_handler();
  a_small_buffer_takes_what_it_says_and_passes_over_the_rest();
  floats_are_widened_to_the_number_they_are();
  return report();
}
