/* So that the tests know how a failure looks. */
#include "check.h"

int main(void) {
  CHECK(1 + 1 == 3);
  return report();
}
