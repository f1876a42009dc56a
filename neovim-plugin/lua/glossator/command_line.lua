-- Owns how `:Glossator` is read and completed: which subcommands there are and what follows them.
-- It must not run them, nor touch the editor.

local M = {}

---@alias glossator.Takes 'nothing'|'text'|'job'|'proposal'|'place'|'index'

---@class glossator.Subcommand
---@field name string
---@field takes glossator.Takes
---@field needs string? the question, where the text is asked for when it is left out
---@field what string

---@type glossator.Subcommand[]
M.subcommands = {
  {
    name = 'document',
    takes = 'place',
    what = 'document what the cursor is on; with ! the whole file',
  },
  { name = 'documentAll', takes = 'nothing', what = 'document what is undocumented in the file' },
  {
    name = 'update',
    takes = 'place',
    what = 'bring a comment up to date; with ! all that have drifted',
  },
  {
    name = 'fix',
    takes = 'text',
    what = 'mend what is wrong on the line or in the selection; with ! in the file',
  },
  { name = 'edit', takes = 'text', needs = 'Change: ', what = 'change code, in several files too' },
  {
    name = 'ask',
    takes = 'text',
    needs = 'Ask: ',
    what = 'ask about the repository; with ! ask on in the last conversation',
  },
  {
    name = 'explain',
    takes = 'place',
    what = 'explain a function or a selection; with ! the file',
  },
  { name = 'do', takes = 'text', needs = 'Do: ', what = 'do what the text says' },
  { name = 'review', takes = 'place', what = 'have a model review; with ! the whole file' },
  {
    name = 'search',
    takes = 'text',
    needs = 'Search: ',
    what = 'find code; with ! into the quickfix list',
  },
  { name = 'cancel', takes = 'job', what = 'cancel a job; with ! all' },
  { name = 'status', takes = 'nothing', what = 'say which model answers, and what is going on' },
  { name = 'show', takes = 'proposal', what = 'open a change that waits' },
  {
    name = 'accept',
    takes = 'nothing',
    what = 'in a review: take the change; with ! all of the file',
  },
  {
    name = 'discard',
    takes = 'proposal',
    what = 'in a review: leave the change out; with ! or a number let a whole proposal go',
  },
  {
    name = 'apply',
    takes = 'proposal',
    what = 'apply what was taken, or a proposal by its number',
  },
  { name = 'evidence', takes = 'nothing', what = 'show what the checks said of the last changes' },
  { name = 'answer', takes = 'nothing', what = 'open the last answer again' },
  { name = 'plan', takes = 'nothing', what = 'open a plan that waits' },
  {
    name = 'prompt',
    takes = 'text',
    what = 'try the prompt that is here, or open one by its name; with ! compare it',
  },
  { name = 'index', takes = 'index', what = 'pause or resume the index' },
  { name = 'log', takes = 'nothing', what = 'show what the server said' },
  { name = 'restart', takes = 'nothing', what = 'stop the server and start it again' },
  { name = 'stop', takes = 'nothing', what = 'stop the server' },
}

---@class glossator.Call
---@field subcommand glossator.Subcommand
---@field text string what follows its name

---@param name string
---@return glossator.Subcommand?
local function find(name)
  return vim.iter(M.subcommands):find(function(it)
    return it.name == name
  end)
end

---Read what follows `:Glossator`; a beginning that means one subcommand only stands for it.
---@param arguments string
---@return glossator.Call? call
---@return string? problem
function M.parse(arguments)
  local name, text = arguments:match('^%s*(%S*)%s*(.-)%s*$')
  if name == '' then
    name = 'status'
  end
  local meant = find(name)
  if not meant then
    local possible = vim.tbl_filter(function(it)
      return vim.startswith(it.name, name)
    end, M.subcommands)
    if #possible ~= 1 then
      return nil, ('there is no `%s`: `:Glossator <Tab>` shows what there is.'):format(name)
    end
    meant = possible[1]
  end
  local takes = meant.takes
  if text ~= '' and (takes == 'nothing' or takes == 'place') then
    return nil, ('`%s` takes nothing after it, not "%s".'):format(meant.name, text)
  end
  return { subcommand = meant, text = text }
end

---Return the completions of the last word of a command line.
---@param line string up to the cursor
---@param lead string the word to be completed
---@param candidates fun(takes: glossator.Takes): string[]
---@return string[]
function M.complete(line, lead, candidates)
  local before = line:match('Glossator!?%s+(.*)$') or ''
  local name = before:match('^(%S+)%s')
  local found ---@type string[]
  if not name then
    found = vim.tbl_map(function(it)
      return it.name
    end, M.subcommands)
  else
    local meant = find(name)
    local is_first = before:match('^%S+%s+%S*$') ~= nil
    found = meant and is_first and candidates(meant.takes) or {}
  end
  return vim.tbl_filter(function(it)
    return vim.startswith(it, lead)
  end, found)
end

return M
