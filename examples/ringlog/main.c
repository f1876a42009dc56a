// SPDX-License-Identifier: Apache-2.0
#include "ringlog.h"

int main(void)
{
	struct ringlog *log = ringlog_create(64);
	int turn;

	if (!log)
		return 1;
	for (turn = 0; turn < 10; turn++)
		ringlog_printf(log, turn % 4, "turn %d of the wheel", turn);
	ringlog_dump(log, stdout, RINGLOG_INFO);
	ringlog_destroy(log);
	return 0;
}
