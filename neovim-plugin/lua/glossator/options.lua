-- Owns what a person has chosen: the defaults, `vim.g.glossator`, and what `setup` was given.
-- It must not know what the choices lead to.

local say = require('glossator.say')

local M = {}

---@class glossator.ReviewKeys
---@field accept string|false take the change under the cursor
---@field discard string|false leave it out
---@field reset string|false take the decision back
---@field accept_file string|false take all of the file
---@field discard_file string|false leave all of the file out
---@field next string|false to the next change that is not decided
---@field previous string|false to the one before
---@field next_file string|false
---@field previous_file string|false
---@field open string|false show the file under the cursor, in the list
---@field apply string|false apply what was taken, and let the rest go
---@field discard_all string|false let everything go
---@field evidence string|false say what the checks said
---@field later string|false close the review; the proposal waits
---@field help string|false

---@class glossator.AnswerKeys
---@field jump string|false go to the place under the cursor
---@field next string|false to the next place
---@field previous string|false
---@field follow_up string|false ask on
---@field stop string|false stop the answer that is being written
---@field close string|false
---@field help string|false

---@class glossator.PlanKeys
---@field go_on string|false have the plan carried out as it stands
---@field discard string|false
---@field jump string|false open the file under the cursor
---@field help string|false

---@class glossator.Keys
---@field review glossator.ReviewKeys
---@field answer glossator.AnswerKeys
---@field plan glossator.PlanKeys

---@class glossator.Options
---@field answers 'split'|'vsplit'|'float' where answers are shown
---@field open 'idle'|'always'|'never' when what waits opens by itself; `idle`: in Normal mode
---@field progress 'echo'|'none' whether the command line shows how jobs go, beside `LspProgress`
---@field hover_actions boolean whether the hover ends with what can be done, numbered
---@field keys glossator.Keys a key is the left side of a mapping; `false` is none

---@type glossator.Options
M.defaults = {
  answers = 'split',
  open = 'idle',
  progress = 'echo',
  hover_actions = true,
  keys = {
    review = {
      accept = 'a',
      discard = 'x',
      reset = 'u',
      accept_file = 'A',
      discard_file = 'X',
      next = '<Tab>',
      previous = '<S-Tab>',
      next_file = ']f',
      previous_file = '[f',
      open = '<CR>',
      apply = 'ZZ',
      discard_all = 'D',
      evidence = 'K',
      later = 'q',
      help = 'g?',
    },
    answer = {
      jump = '<CR>',
      next = ']]',
      previous = '[[',
      follow_up = 'a',
      stop = '<C-c>',
      close = 'q',
      help = 'g?',
    },
    plan = {
      go_on = 'ZZ',
      discard = 'ZQ',
      jump = 'gf',
      help = 'g?',
    },
  },
}

local choices = {
  answers = { 'split', 'vsplit', 'float' },
  open = { 'idle', 'always', 'never' },
  progress = { 'echo', 'none' },
}

---@type table?
local given

---Return what is wrong with a table of options: a sentence each.
---@param options any
---@return string[]
function M.problems(options)
  if type(options) ~= 'table' then
    return { 'the options must be a table; see :help glossator-options.' }
  end
  local found = {} ---@type string[]
  local function compare(value, default, path)
    local is_key = path:find('^keys%.%l+%.') ~= nil
    if default == nil then
      table.insert(found, ('there is no option `%s`; see :help glossator-options.'):format(path))
    elseif is_key and value ~= false and type(value) ~= 'string' then
      table.insert(found, ('`%s` must be a key such as "ga", or false.'):format(path))
    elseif not is_key and type(value) ~= type(default) then
      table.insert(found, ('`%s` must be a %s.'):format(path, type(default)))
    elseif choices[path] and not vim.list_contains(choices[path], value) then
      local known = table.concat(choices[path], ', ')
      table.insert(found, ('`%s` must be one of %s.'):format(path, known))
    elseif type(default) == 'table' then
      for name, it in vim.spairs(value) do
        compare(it, default[name], path == '' and tostring(name) or path .. '.' .. tostring(name))
      end
    end
  end
  compare(options, M.defaults, '')
  return found
end

---Remember what a person wants; say in one sentence what is wrong with it, and go on without it.
---@param options table?
function M.choose(options)
  local problems = M.problems(options or {})
  if #problems > 0 then
    say.warn(problems[1])
    return
  end
  given = options
end

---Return what a person wrote; what is no table is not looked into.
---@return any
local function written()
  local global = vim.g.glossator or {}
  if type(global) ~= 'table' then
    return global
  end
  return vim.tbl_deep_extend('force', global, given or {})
end

---@return glossator.Options
function M.now()
  local chosen = written()
  if #M.problems(chosen) > 0 then
    -- `:checkhealth glossator` says what is wrong.
    chosen = {}
  end
  return vim.tbl_deep_extend('force', M.defaults, chosen)
end

---@return string[]
function M.complaints()
  return M.problems(written())
end

return M
