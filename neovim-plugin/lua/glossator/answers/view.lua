-- Owns the window in which answers appear as they are written, and what can be done there.
-- It must not run or render anything of an answer: it is text, with marks where places are named.

local jobs = require('glossator.jobs')
local options = require('glossator.options')
local request = require('glossator.request')
local say = require('glossator.say')
local text = require('glossator.answers.text')
local windows = require('glossator.windows')

local M = {}

local NAME = 'glossator://answer'
-- Older ones have scrolled away.
local MOST = 20
local namespace = vim.api.nvim_create_namespace('glossator.answer')

---@class glossator.ShownAnswer
---@field client_id integer
---@field answer glossator.Answer
---@field uri string? the file that was asked about
---@field first integer the line where it begins, from 0
---@field places glossator.Place[] their lines count from `first`

---@type glossator.ShownAnswer[] oldest first
local shown = {}

---@param client_id integer
---@param job integer
---@return string
local function heading(client_id, job)
  local started = jobs.started(client_id, job)
  local argument = started and started.argument or {}
  if argument.text then
    return (argument.text:gsub('%s+', ' '))
  end
  local range = argument.range
  local name = argument.uri and vim.fs.basename(vim.uri_to_fname(argument.uri))
  local first, last = range and range.start.line + 1, range and range['end'].line + 1
  if name and first ~= last then
    return ('Explain %s, lines %d to %d'):format(name, first, last)
  elseif started and started.title then
    return started.title
  elseif name then
    return first and ('Explain %s, line %d'):format(name, first) or 'Explain ' .. name
  end
  return 'Answer'
end

---@param bufnr integer
---@param one glossator.ShownAnswer
local function mark_places(bufnr, one)
  for _, it in ipairs(one.places) do
    vim.api.nvim_buf_set_extmark(bufnr, namespace, one.first + it.line, it.start, {
      end_col = it.stop,
      hl_group = 'GlossatorCitation',
    })
  end
end

---Write an answer, and those after it, which move.
---@param bufnr integer
---@param from integer
local function draw(bufnr, from)
  local first = shown[from].first
  local lines = {} ---@type string[]
  for at = from, #shown do
    local one = shown[at]
    local mine
    one.first = first + #lines
    mine, one.places = text.render(one.answer)
    vim.list_extend(lines, mine)
  end
  windows.fill(bufnr, lines, first)
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, first, -1)
  for at = from, #shown do
    mark_places(bufnr, shown[at])
  end
end

---@return glossator.ShownAnswer?
local function under_cursor()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  return vim.iter(shown):rfind(function(it)
    return it.first <= line
  end)
end

---Go to a place in the window that a person came from; the answer stays, unless it floats above.
---@param uri string
---@param line integer
local function go_to(uri, line)
  local answer = vim.api.nvim_get_current_win()
  local is_float = vim.api.nvim_win_get_config(answer).relative ~= ''
  local target = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(it)
    local bufnr = vim.api.nvim_win_get_buf(it)
    return it ~= answer
      and vim.api.nvim_win_get_config(it).relative == ''
      and vim.bo[bufnr].buftype == ''
  end)
  if is_float then
    vim.api.nvim_win_close(answer, true)
  end
  if target then
    vim.api.nvim_set_current_win(target)
  else
    vim.cmd.new()
  end
  local at = { line = line - 1, character = 0 }
  local location = { uri = uri, range = { start = at, ['end'] = at } }
  vim.lsp.util.show_document(location, 'utf-8', { reuse_win = false, focus = true })
end

local function jump()
  local one = under_cursor()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local place = one and text.place_at(one.places, cursor[1] - 1 - one.first, cursor[2])
  if not place then
    say.info('no place is named on this line.')
    return
  end
  if vim.fn.filereadable(vim.uri_to_fname(place.uri)) == 0 then
    say.warn(('%s is not there any more.'):format(vim.uri_to_fname(place.uri)))
    return
  end
  go_to(place.uri, place.target)
end

---@param step 1|-1
local function walk(step)
  local all = {} ---@type glossator.Place[]
  for _, one in ipairs(shown) do
    for _, it in ipairs(one.places) do
      table.insert(all, vim.tbl_extend('force', it, { line = one.first + it.line }))
    end
  end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local place = text.next_place(all, cursor[1] - 1, cursor[2], step)
  if place then
    vim.api.nvim_win_set_cursor(0, { place.line + 1, place.start })
  end
end

local function stop()
  local one = vim.iter(shown):rfind(function(it)
    return not it.answer.is_done
  end)
  local client = one and vim.lsp.get_client_by_id(one.client_id)
  if one and client then
    request.run(client, 'cancel', { job = one.answer.job })
  end
end

---Ask on, about the file that was asked about.
local function follow_up()
  local one = shown[#shown]
  local client = one and vim.lsp.get_client_by_id(one.client_id)
  if not (one and client) then
    say.info('there is nothing to go on with: `:Glossator ask` asks.')
    return
  end
  vim.ui.input({ prompt = 'Ask on: ' }, function(words)
    if words and vim.trim(words) ~= '' then
      request.run(client, 'ask', { text = words, continue = true, uri = one.uri })
    end
  end)
end

---@type glossator.Action[]
local actions = {
  { name = 'jump', what = 'go to the place under the cursor', run = jump },
  {
    name = 'next',
    what = 'to the next place',
    run = function()
      walk(1)
    end,
  },
  {
    name = 'previous',
    what = 'to the place before',
    run = function()
      walk(-1)
    end,
  },
  { name = 'follow_up', what = 'ask on', run = follow_up },
  { name = 'stop', what = 'stop the answer that is being written', run = stop },
  {
    name = 'close',
    what = 'close; `:Glossator answer` opens it again',
    run = function()
      vim.cmd.close()
    end,
  },
}

---@type integer?
local there

---@return integer bufnr
local function buffer()
  if there and vim.api.nvim_buf_is_loaded(there) then
    return there
  end
  local bufnr = windows.scratch(NAME, 'glossator-answer')
  there = bufnr
  vim.api.nvim_set_hl(0, 'GlossatorCitation', { link = 'Underlined', default = true })
  windows.colour(bufnr, 'markdown')
  windows.map(bufnr, 'Answer', options.now().keys.answer, actions)
  if options.now().keys.answer.jump then
    vim.keymap.set('n', 'gf', '<Plug>(glossator-jump)', { buffer = bufnr, remap = true })
  end
  return bufnr
end

---Show an answer from its first line on.
---@param one glossator.ShownAnswer
---@return integer win
local function show(one)
  local bufnr = buffer()
  local win = windows.split(bufnr, options.now().answers)
  vim.b[bufnr].glossator_client = one.client_id
  local offered = {
    { 'jump', 'go to the place' },
    { 'follow_up', 'ask on' },
    { 'stop', 'stop' },
    { 'help', 'all keys' },
  }
  windows.bar(win, 'answer', windows.offer(options.now().keys.answer, offered))
  vim.api.nvim_win_set_cursor(win, { one.first + 1, 0 })
  vim.api.nvim_win_call(win, function()
    vim.fn.winrestview({ topline = one.first + 1 })
  end)
  return win
end

---Show an answer that has just begun. A window beside the code leaves the cursor there; one that
---floats takes it, and so does not open while somebody types.
---@param one glossator.ShownAnswer
local function begin_showing(one)
  local floats = options.now().answers == 'float'
  if vim.fn.getcmdwintype() ~= '' or (floats and not windows.is_idle()) then
    say.info(('"%s" is being answered: `:Glossator answer` shows it.'):format(one.answer.heading))
    return
  end
  local win = show(one)
  if floats then
    vim.api.nvim_set_current_win(win)
  end
end

---@param client_id integer
---@param job integer
---@return integer? at
local function find(client_id, job)
  for at, it in ipairs(shown) do
    if it.client_id == client_id and it.answer.job == job then
      return at
    end
  end
end

---@param client_id integer
---@param job integer
---@return integer at
local function begin(client_id, job)
  local started = jobs.started(client_id, job)
  local answer = text.new(job, heading(client_id, job))
  local uri = started and started.argument.uri
  if #shown == MOST and shown[1].answer.is_done then
    table.remove(shown, 1)
    shown[1].first = 0
    draw(buffer(), 1)
  end
  local last = shown[#shown]
  local first = last and last.first + #text.render(last.answer) or 0
  table.insert(
    shown,
    { client_id = client_id, answer = answer, uri = uri, first = first, places = {} }
  )
  return #shown
end

---Write down a piece of an answer; the first one opens the window.
---@param client_id integer
---@param piece glossator.AnswerPiece
function M.receive(client_id, piece)
  local at = find(client_id, piece.job)
  local is_new = not at
  at = at or begin(client_id, piece.job)
  text.add(shown[at].answer, piece)
  shown[at].answer.heading = heading(client_id, piece.job)
  draw(buffer(), at)
  if is_new then
    begin_showing(shown[at])
  end
end

---Show the last answer again.
function M.open()
  if #shown == 0 then
    say.info('there is no answer yet: `:Glossator ask` asks.')
    return
  end
  vim.api.nvim_set_current_win(show(shown[#shown]))
end

---The server has ended: what was not whole will not become it.
---@param client_id integer
function M.forget(client_id)
  for at, it in ipairs(shown) do
    if it.client_id == client_id and not it.answer.is_done then
      text.add(it.answer, { job = it.answer.job, seq = 0, delta = '', done = true })
      draw(buffer(), at)
    end
  end
end

return M
