#ifndef CALC_H
#define CALC_H

/*
 * Evaluates an arithmetic expression of integers with + - * / %, unary minus
 * and parentheses. Returns 0 or a negative error; on -EINVAL, *pos is where.
 */
int calc_eval(const char *text, long *value, int *pos);

#endif
