-- Owns the tests of what follows from a person's marks in a review.

local state = require('glossator.review.state')

---@param path string
---@param hunks integer[][] pairs: first line and count, the same before and after
---@param more table?
---@return glossator.FileChange
local function change(path, hunks, more)
  local list = {}
  for number, it in ipairs(hunks) do
    local lines = { start = it[1], count = it[2] }
    list[number] = { number = number, before = lines, after = lines, added = 1, deleted = 1 }
  end
  return vim.tbl_extend('force', {
    path = path,
    change = 'modified',
    before = 'old',
    after = 'new',
    hunks = list,
    confirm = false,
    along = false,
  }, more or {})
end

---@param ... glossator.FileChange
---@return glossator.Review
local function review(...)
  return state.new({ id = '7-1', title = 'A change', files = { ... } })
end

local function two_files()
  return review(change('a.c', { { 4, 2 }, { 20, 1 } }), change('b.c', { { 0, 1 } }))
end

---@param it glossator.Review
---@param ... glossator.Mark
local function marked(it, ...)
  for at, mark in ipairs({ ... }) do
    state.mark(it, { at }, mark)
  end
  return it
end

local all, none = 'proposal.apply', 'proposal.discard'

return {
  ['all taken is the whole proposal'] = function(check)
    local it = marked(two_files(), 'accepted', 'accepted', 'accepted')
    check(state.decision(it), { command = all, argument = { id = '7-1' } })
  end,

  ['nothing taken lets it go'] = function(check)
    local it = marked(two_files(), 'discarded', 'open', 'discarded')
    check(state.decision(it), { command = none, argument = { id = '7-1' } })
  end,

  ['whole files and numbered hunks, and the rest let go'] = function(check)
    local it = marked(two_files(), 'discarded', 'accepted', 'accepted')
    check(state.decision(it), {
      command = all,
      argument = { id = '7-1', files = { 'b.c' }, hunks = { ['a.c'] = { 2 } }, rest = 'discard' },
    })
  end,

  ['hunks alone name no files'] = function(check)
    local it = marked(two_files(), 'accepted', 'discarded', 'open')
    check(state.decision(it).argument, {
      id = '7-1',
      hunks = { ['a.c'] = { 1 } },
      rest = 'discard',
    })
  end,

  ['files that go along are never named'] = function(check)
    local it = review(change('a.c', { { 1, 1 } }), change('x.md', { { 1, 1 } }, { along = true }))
    check(#it.files, 1)
    check(#it.along, 1)
    check(state.decision(marked(it, 'accepted')), { command = all, argument = { id = '7-1' } })
  end,

  ['a new file, one that goes and one that is only renamed are one part each'] = function(check)
    local it = review(
      change('new.c', { { 0, 9 } }, { change = 'created' }),
      change('old.c', { { 0, 9 } }, { change = 'deleted' }),
      change('b.c', {}, { change = 'renamed', movedFrom = 'a.c' }),
      change('d.c', { { 1, 1 }, { 9, 1 } }, { change = 'renamed', movedFrom = 'c.c' })
    )
    check(#it.parts, 5)
    check(it.parts[1].hunk, nil)
    marked(it, 'accepted', 'discarded', 'accepted', 'discarded', 'accepted')
    check(state.decision(it).argument, {
      id = '7-1',
      files = { 'new.c', 'b.c' },
      hunks = { ['d.c'] = { 2 } },
      rest = 'discard',
    })
  end,

  ['counts are those of a file, or of all'] = function(check)
    local it = marked(two_files(), 'accepted', 'discarded', 'open')
    check(state.counts(it), { open = 1, accepted = 1, discarded = 1 })
    check(state.counts(it, 1), { open = 0, accepted = 1, discarded = 1 })
    check(state.open_parts(it), { 3 })
  end,

  ['a line belongs to the hunk around it, else to the nearest'] = function(check)
    local it = two_files()
    local found = vim.tbl_map(function(line)
      return state.part_at(it, 1, 'after', line)
    end, { 0, 4, 5, 12, 13, 20, 99 })
    check(found, { 1, 1, 1, 1, 2, 2, 2 })
    check(state.part_at(it, 2, 'before', 50), 3)
  end,

  ['the next open part goes round, and there may be none'] = function(check)
    local it = marked(two_files(), 'open', 'accepted', 'open')
    check(state.next_open(it, 1, 1), 3)
    check(state.next_open(it, 3, 1), 1)
    check(state.next_open(it, 1, -1), 3)
    marked(it, 'accepted', 'accepted', 'discarded')
    check(state.next_open(it, 1, 1), nil)
  end,

  ['the last open part is its own next'] = function(check)
    local it = marked(two_files(), 'accepted', 'open', 'accepted')
    check(state.next_open(it, 2, 1), 2)
  end,

  ['a proposal that comes again keeps the marks of files that are the same'] = function(check)
    local it = marked(two_files(), 'accepted', 'discarded', 'accepted')
    local again = vim.deepcopy(it.proposal)
    again.files[2].after = 'something else'
    local now = state.renewed(it, again)
    check(state.counts(now), { open = 1, accepted = 1, discarded = 1 })
    table.remove(again.files, 1)
    check(#state.renewed(now, again).parts, 1)
  end,
}
