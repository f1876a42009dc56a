-- Owns the tab in which a person takes a change in parts: its windows, marks and keys.
-- It must not decide what follows from a mark, nor change a file.

local evidence = require('glossator.evidence_text')
local jobs = require('glossator.jobs')
local options = require('glossator.options')
local request = require('glossator.request')
local state = require('glossator.review.state')
local windows = require('glossator.windows')
local words = require('glossator.review.words')

local M = {}

local namespace = vim.api.nvim_create_namespace('glossator.review')
-- A longer list is scrolled.
local MOST_LIST_LINES = 10

---@class glossator.ReviewView
---@field client_id integer
---@field review glossator.Review
---@field file integer which one is shown
---@field is_sent boolean
---@field tab integer
---@field origin integer the window that the person came from
---@field list integer a buffer, as the two below
---@field before integer
---@field after integer
---@field windows { list: integer, before: integer, after: integer }

---@type table<string, glossator.ReviewView> by the proposal's id
local views = {}

---@type table<string, glossator.Review> what was decided of those that were put off
local put_off = {}

---@param text string?
---@return string[]
local function lines_of(text)
  local lines = vim.split(text or '', '\n')
  if lines[#lines] == '' then
    table.remove(lines)
  end
  return lines
end

---@param view glossator.ReviewView
---@return string
local function id_of(view)
  return view.review.proposal.id --[[@as string]]
end

---@param view glossator.ReviewView
---@return boolean
local function is_there(view)
  return views[id_of(view)] == view and vim.api.nvim_tabpage_is_valid(view.tab)
end

---@param bufnr integer
---@param side 'before'|'after'
---@param part glossator.Part
local function draw_part(bufnr, side, part)
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  local lines = part.hunk and part.hunk[side] or { start = 0, count = 1 }
  local first = math.min(lines.start, last)
  local stop = math.min(math.max(lines.start + lines.count - 1, first), last)
  for line = first, stop do
    local is_first = line == first and side == 'after'
    vim.api.nvim_buf_set_extmark(bufnr, namespace, line, 0, {
      sign_text = words.signs[part.mark],
      sign_hl_group = words.groups[part.mark],
      virt_text = is_first and { { words.decided[part.mark], words.groups[part.mark] } } or nil,
    })
  end
end

---@param view glossator.ReviewView
local function draw(view)
  local lines, first = words.list(view.review, view.file)
  windows.fill(view.list, lines)
  vim.api.nvim_buf_clear_namespace(view.list, namespace, 0, -1)
  vim.api.nvim_buf_set_extmark(view.list, namespace, 0, 0, { line_hl_group = 'Title' })
  vim.api.nvim_buf_set_extmark(view.list, namespace, first + view.file - 2, 0, {
    line_hl_group = 'CursorLine',
  })
  for _, side in ipairs({ 'before', 'after' }) do
    vim.api.nvim_buf_clear_namespace(view[side], namespace, 0, -1)
    for _, part in ipairs(view.review.files[view.file].parts) do
      draw_part(view[side], side, view.review.parts[part])
    end
  end
  local change = view.review.files[view.file].change
  local name = windows.literal(change.movedFrom or change.path)
  local bar = windows.literal(words.bar(view.review, view.is_sent, options.now().keys.review))
  vim.wo[view.windows.list][0].winbar = '%#Title# review %* ' .. bar
  vim.wo[view.windows.before][0].winbar = '%#Title# before %* ' .. name
  vim.wo[view.windows.after][0].winbar = '%#Title# after %* ' .. windows.literal(change.path)
end

---@param view glossator.ReviewView
---@param file integer
local function show_file(view, file)
  view.file = file
  local change = view.review.files[file].change
  local filetype = vim.filetype.match({ filename = change.path, contents = lines_of(change.after) })
  for _, side in ipairs({ 'before', 'after' }) do
    windows.fill(view[side], lines_of(change[side]))
    if filetype then
      windows.colour(view[side], filetype)
    end
    vim.api.nvim_win_call(view.windows[side], function()
      vim.cmd.diffthis()
    end)
  end
  vim.api.nvim_win_call(view.windows.after, function()
    vim.cmd.diffupdate()
  end)
  draw(view)
end

---@param view glossator.ReviewView
---@param part integer
local function go_to(view, part)
  local it = view.review.parts[part]
  if it.file ~= view.file then
    show_file(view, it.file)
  end
  local line = it.hunk and it.hunk.after.start + 1 or 1
  line = math.min(line, vim.api.nvim_buf_line_count(view.after))
  vim.api.nvim_set_current_win(view.windows.after)
  vim.api.nvim_win_set_cursor(view.windows.after, { line, 0 })
end

---Return the parts that the cursor is on: in the list all of a file.
---@param view glossator.ReviewView
---@return integer[] parts
---@return integer file
local function under_cursor(view)
  local win = vim.api.nvim_get_current_win()
  local line = vim.api.nvim_win_get_cursor(win)[1]
  if win == view.windows.list then
    local _, first = words.list(view.review, view.file)
    local file = math.min(math.max(line - first + 1, 1), #view.review.files)
    return view.review.files[file].parts, file
  end
  local side = win == view.windows.before and 'before' or 'after'
  return { state.part_at(view.review, view.file, side, line - 1) }, view.file
end

---@param view glossator.ReviewView
local function close(view)
  if not is_there(view) then
    return
  end
  views[id_of(view)] = nil
  local was_here = vim.api.nvim_get_current_tabpage() == view.tab
  if #vim.api.nvim_list_tabpages() == 1 then
    vim.cmd('tab split')
    vim.cmd.enew()
  end
  vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(view.tab))
  for _, bufnr in ipairs({ view.list, view.before, view.after }) do
    pcall(vim.api.nvim_buf_delete, bufnr, { force = true })
  end
  if was_here and vim.api.nvim_win_is_valid(view.origin) then
    vim.api.nvim_set_current_win(view.origin)
  end
end

---Close a review, and keep what was decided.
---@param view glossator.ReviewView
local function later(view)
  put_off[id_of(view)] = view.review
  close(view)
end

---Tell the server what was decided.
---@param view glossator.ReviewView
local function send(view)
  local client = vim.lsp.get_client_by_id(view.client_id)
  if not client or view.is_sent then
    return
  end
  local function waits_again()
    if is_there(view) and view.is_sent then
      view.is_sent = false
      draw(view)
    end
  end
  view.is_sent = true
  draw(view)
  local decision = state.decision(view.review)
  request.run(client, decision.command, decision.argument, function(result)
    if result.job then
      jobs.when_over(client.id, result.job, waits_again)
    end
  end, waits_again)
end

---@param view glossator.ReviewView
local function apply(view)
  local counts = state.counts(view.review)
  if counts.accepted + counts.discarded == 0 then
    state.mark(view.review, state.open_parts(view.review), 'accepted')
  end
  if state.counts(view.review).open == 0 then
    return send(view)
  end
  local take, leave = 'Take them too', 'Leave them out'
  local asked = counts.open == 1 and '1 change is' or ('%d changes are'):format(counts.open)
  vim.ui.select({ take, leave, 'Go back' }, {
    prompt = asked .. ' not decided:',
  }, function(choice)
    if not is_there(view) or (choice ~= take and choice ~= leave) then
      return
    end
    local mark = choice == take and 'accepted' or 'discarded'
    state.mark(view.review, state.open_parts(view.review), mark)
    send(view)
  end)
end

---Mark parts; go on to the next one, or tell the server where this was the last.
---@param view glossator.ReviewView
---@param parts integer[]
---@param mark glossator.Mark
local function decide(view, parts, mark)
  if view.is_sent then
    return
  end
  state.mark(view.review, parts, mark)
  local next_part = state.next_open(view.review, parts[#parts], 1)
  if not next_part then
    return send(view)
  end
  if mark == 'open' or vim.api.nvim_get_current_win() == view.windows.list then
    draw(view)
  else
    go_to(view, next_part)
    draw(view)
  end
end

---@param view glossator.ReviewView
---@param step 1|-1
local function walk_files(view, step)
  local file = (view.file - 1 + step) % #view.review.files + 1
  go_to(view, view.review.files[file].parts[1])
end

---@param view glossator.ReviewView
---@param step 1|-1
local function walk_open(view, step)
  local here = under_cursor(view)
  local part = state.next_open(view.review, here[1], step)
  if part then
    go_to(view, part)
  end
end

---@param view glossator.ReviewView
---@return { name: string, what: string, run: fun() }[]
local function actions_of(view)
  local function marking(mark)
    return function()
      decide(view, (under_cursor(view)), mark)
    end
  end
  local function marking_file(mark)
    return function()
      local _, file = under_cursor(view)
      decide(view, view.review.files[file].parts, mark)
    end
  end
  local function walking(walk, step)
    return function()
      walk(view, step)
    end
  end
  local actions = {
    { name = 'accept', what = 'take this change', run = marking('accepted') },
    { name = 'discard', what = 'leave this change out', run = marking('discarded') },
    { name = 'reset', what = 'take the decision back', run = marking('open') },
    { name = 'accept_file', what = 'take all of this file', run = marking_file('accepted') },
    { name = 'discard_file', what = 'leave this file out', run = marking_file('discarded') },
    { name = 'next', what = 'to the next change', run = walking(walk_open, 1) },
    { name = 'previous', what = 'to the change before', run = walking(walk_open, -1) },
    { name = 'next_file', what = 'to the next file', run = walking(walk_files, 1) },
    { name = 'previous_file', what = 'to the file before', run = walking(walk_files, -1) },
    {
      name = 'open',
      what = 'show the file under the cursor (in the list)',
      run = function()
        local parts, file = under_cursor(view)
        go_to(view, file == view.file and parts[1] or view.review.files[file].parts[1])
      end,
    },
    {
      name = 'apply',
      what = 'apply what was taken, or all of it',
      run = function()
        apply(view)
      end,
    },
    {
      name = 'discard_all',
      what = 'let all of it go',
      run = function()
        M.discard(view)
      end,
    },
    {
      name = 'evidence',
      what = 'what the checks said',
      run = function()
        vim.lsp.util.open_floating_preview(evidence.lines(view.review.proposal), 'markdown', {
          border = 'rounded',
          focus_id = 'glossator-evidence',
        })
      end,
    },
    {
      name = 'later',
      what = 'close; it waits for `:Glossator show`',
      run = function()
        later(view)
      end,
    },
  }
  table.insert(actions, {
    name = 'help',
    what = 'these keys',
    run = function()
      windows.help('Review', options.now().keys.review, actions)
    end,
  })
  return actions
end

---Let a whole proposal go.
---@param view glossator.ReviewView
function M.discard(view)
  if not view.is_sent then
    view.review = state.new(view.review.proposal)
    state.mark(view.review, state.open_parts(view.review), 'discarded')
    send(view)
  end
end

---@param client_id integer
---@param review glossator.Review
---@return glossator.ReviewView
local function lay_out(client_id, review)
  local name = 'glossator://review/' .. review.proposal.id
  local buffers = {
    list = windows.scratch(name .. '/list', 'glossator-review'),
    before = windows.scratch(name .. '/before'),
    after = windows.scratch(name .. '/after'),
  }
  local origin = vim.api.nvim_get_current_win()
  vim.cmd(('tab sbuffer %d'):format(buffers.list))
  local list = vim.api.nvim_get_current_win()
  local after = vim.api.nvim_open_win(buffers.after, true, { split = 'below', win = list })
  local before = vim.api.nvim_open_win(buffers.before, false, { split = 'left', win = after })
  local wins = { list = list, before = before, after = after }
  for side, win in pairs(wins) do
    local set = vim.wo[win][0]
    set.wrap, set.spell, set.list = false, false, false
    set.number, set.relativenumber = side ~= 'list', false
    set.signcolumn, set.conceallevel = side == 'list' and 'no' or 'yes:1', 0
    set.winfixheight = side == 'list'
    -- The names of these buffers say nothing to a person.
    set.statusline = side == 'list' and ' ' or ' %l/%L'
  end
  local head = words.list(review, 1)
  vim.api.nvim_win_set_height(list, math.min(#head, MOST_LIST_LINES) + 1)
  return vim.tbl_extend('error', buffers, {
    client_id = client_id,
    review = review,
    file = 1,
    is_sent = false,
    tab = vim.api.nvim_get_current_tabpage(),
    origin = origin,
    windows = wins,
  })
end

---@param view glossator.ReviewView
local function listen(view)
  local actions = actions_of(view)
  for _, bufnr in ipairs({ view.list, view.before, view.after }) do
    vim.b[bufnr].glossator_client = view.client_id
    windows.map(bufnr, options.now().keys.review, actions)
  end
  local wins = vim.tbl_values(view.windows)
  vim.api.nvim_create_autocmd('WinClosed', {
    group = vim.api.nvim_create_augroup('glossator.review.' .. id_of(view), { clear = true }),
    callback = function(event)
      -- One window alone is no review; closing it means to come back later.
      if vim.list_contains(wins, tonumber(event.match)) then
        vim.schedule(function()
          if is_there(view) then
            later(view)
          end
        end)
        return true
      end
    end,
  })
end

local function define_colours()
  for name, link in pairs({
    GlossatorOpen = 'DiagnosticWarn',
    GlossatorAccepted = 'DiagnosticOk',
    GlossatorDiscarded = 'Comment',
  }) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

---Open a proposal that waits, or go to where it is open.
---@param client_id integer
---@param proposal glossator.Proposal
function M.open(client_id, proposal)
  local id = proposal.id --[[@as string]]
  local there = views[id]
  if there and is_there(there) then
    vim.api.nvim_set_current_tabpage(there.tab)
    return
  end
  define_colours()
  local kept = put_off[id]
  local view = lay_out(client_id, kept and state.renewed(kept, proposal) or state.new(proposal))
  views[id] = view
  listen(view)
  show_file(view, 1)
  go_to(view, state.next_open(view.review, #view.review.parts, 1) or 1)
end

---@return boolean
function M.is_any_open()
  return vim.iter(vim.tbl_values(views)):any(is_there)
end

---@return glossator.ReviewView? view of the current tab
function M.here()
  local tab = vim.api.nvim_get_current_tabpage()
  return vim.iter(vim.tbl_values(views)):find(function(it)
    return is_there(it) and it.tab == tab
  end)
end

---Run an action of the review in the current tab by its name.
---@param view glossator.ReviewView
---@param name string
function M.act(view, name)
  vim
    .iter(actions_of(view))
    :find(function(it)
      return it.name == name
    end)
    .run()
end

---What waits of a proposal has changed, or it could not be applied.
---@param client_id integer
---@param proposal glossator.Proposal
function M.renew(client_id, proposal)
  local view = views[proposal.id]
  if view and view.client_id == client_id and is_there(view) then
    view.review = state.renewed(view.review, proposal)
    view.is_sent = false
    show_file(view, math.min(view.file, #view.review.files))
  end
end

---A proposal is applied, let go, or gone with its server.
---@param client_id integer
---@param id string
function M.over(client_id, id)
  put_off[id] = nil
  local view = views[id]
  if view and view.client_id == client_id then
    close(view)
  end
end

return M
