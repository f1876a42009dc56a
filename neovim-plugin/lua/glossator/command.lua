-- Owns `:Glossator`: it asks for what is left out, and hands each subcommand to who does it.
-- It must not know how anything is shown.

local command_line = require('glossator.command_line')
local request = require('glossator.request')
local say = require('glossator.say')

local M = {}

---@class glossator.Invocation
---@field client vim.lsp.Client
---@field text string
---@field lines { first: integer, last: integer }? from 1, where a range was given
---@field bang boolean

---@param it glossator.Invocation
---@return glossator.Target
local function place(it)
  return it.bang and request.whole_file(it.client) or request.target(it.client, it.lines)
end

---@param it glossator.Invocation
---@return boolean
local function is_here(it)
  local bufnr = vim.api.nvim_get_current_buf()
  if request.is_open(it.client, bufnr) then
    return true
  end
  say.error(request.why_not(bufnr))
  return false
end

---@param command string
---@return fun(it: glossator.Invocation)
local function of_place(command)
  return function(it)
    if is_here(it) then
      request.run(it.client, command, place(it))
    end
  end
end

---Return a run of `documentAll`.
---@param only 'drifted'? which declarations; all that need it, unless given
---@return fun(it: glossator.Invocation)
local function of_file(only)
  return function(it)
    if is_here(it) then
      local argument = request.whole_file(it.client) --[[@as table]]
      argument.only = only
      request.run(it.client, 'documentAll', argument)
    end
  end
end

---@param with_bang fun(it: glossator.Invocation)
---@param without fun(it: glossator.Invocation)
---@return fun(it: glossator.Invocation)
local function by_bang(with_bang, without)
  return function(it)
    return (it.bang and with_bang or without)(it)
  end
end

---Mend what is shown on the lines; where nothing is, what checks find there.
---@param it glossator.Invocation
local function fix(it)
  if not is_here(it) then
    return
  end
  local argument = place(it) --[[@as table]]
  if it.text ~= '' then
    argument.text = it.text
  elseif not it.bang then
    local here = vim.api.nvim_win_get_cursor(0)[1]
    local first, last = here, here
    if it.lines then
      first, last = it.lines.first, it.lines.last
    end
    local shown = vim.tbl_filter(function(one)
      return one.lnum >= first - 1 and one.lnum <= last - 1
    end, vim.diagnostic.get(0))
    if #shown > 0 then
      argument.diagnostics, argument.range = vim.lsp.diagnostic.from(shown), nil
    end
  end
  request.run(it.client, 'fix', argument)
end

---@param it glossator.Invocation
local function ask(it)
  local argument = request.target(it.client, it.lines) --[[@as table]]
  if not it.lines then
    -- A question is about the repository, unless something is selected.
    argument.range, argument.version = nil, nil
  end
  argument.text = it.text
  argument.continue = it.bang or nil
  request.run(it.client, 'ask', argument)
end

---@param command string
---@return fun(it: glossator.Invocation)
local function of_text(command)
  return function(it)
    local argument = request.target(it.client, it.lines) --[[@as table]]
    argument.text = it.text
    request.run(it.client, command, argument)
  end
end

---@param hit glossator.SearchHit
---@return string
local function hit_line(hit)
  return ('%s:%d  %s'):format(hit.path, hit.start_line, hit.symbol or '')
end

---@param it glossator.Invocation
local function search(it)
  request.run(it.client, 'search', { text = it.text, limit = 30 }, function(hits)
    if #hits == 0 then
      say.info('nothing was found: use other words.')
    elseif it.bang then
      local items = vim.tbl_map(function(hit)
        return {
          filename = vim.uri_to_fname(hit.location.uri),
          lnum = hit.start_line,
          text = hit.symbol or '',
        }
      end, hits)
      vim.fn.setqflist({}, ' ', { title = 'Glossator: ' .. it.text, items = items })
      vim.cmd.copen()
    else
      vim.ui.select(hits, { prompt = it.text, format_item = hit_line }, function(hit)
        if hit then
          local encoding = it.client.offset_encoding
          vim.lsp.util.show_document(hit.location, encoding, { reuse_win = true, focus = true })
        end
      end)
    end
  end)
end

---@param it glossator.Invocation
local function cancel(it)
  local function stop(argument)
    request.run(it.client, 'cancel', argument, function(result)
      if result.cancelled == 0 then
        say.info('there is nothing to cancel.')
      end
    end)
  end
  if it.bang then
    return stop({})
  elseif it.text ~= '' then
    local job = tonumber(it.text)
    if not job then
      return say.error(('"%s" is not the number of a job.'):format(it.text))
    end
    return stop({ job = job })
  end
  request.run(it.client, 'status', {}, function(status)
    if #status.jobs < 2 then
      return stop({})
    end
    vim.ui.select(status.jobs, {
      prompt = 'Cancel:',
      format_item = function(job)
        return job.title
      end,
    }, function(job)
      if job then
        stop({ job = job.job })
      end
    end)
  end)
end

---@param it glossator.Invocation
local function status(it)
  request.run(it.client, 'status', {}, function(result)
    local lines = require('glossator.status_text').lines(result)
    vim.lsp.util.open_floating_preview(lines, '', { border = 'rounded', focus_id = 'glossator' })
  end)
end

---Do something with one of the proposals that wait: with the one that is named, else the only one.
---@param it glossator.Invocation
---@param on_proposal fun(one: glossator.KnownProposal)
local function with_proposal(it, on_proposal)
  local proposals = require('glossator.proposals')
  local waiting = proposals.waiting()
  if it.text ~= '' then
    local one = proposals.waiting_with(it.text)
    if one then
      on_proposal(one)
    else
      say.error(
        ('no proposal "%s" waits: `:Glossator evidence` shows the last ones.'):format(it.text)
      )
    end
  elseif #waiting == 0 then
    say.info('nothing waits for you.')
  elseif #waiting == 1 then
    on_proposal(waiting[1])
  else
    vim.ui.select(waiting, {
      prompt = 'Proposals:',
      format_item = function(one)
        return one.proposal.title
      end,
    }, function(one)
      if one then
        on_proposal(one)
      end
    end)
  end
end

---@param it glossator.Invocation
local function show(it)
  with_proposal(it, function(one)
    require('glossator.review.view').open(one.client_id, one.proposal)
  end)
end

---Run an action of the review that is here; else do it with a whole proposal.
---@param action string
---@param with_bang string
---@param command string?
---@return fun(it: glossator.Invocation)
local function in_review(action, with_bang, command)
  return function(it)
    local view = require('glossator.review.view')
    local here = view.here()
    if here and it.text == '' then
      return view.act(here, it.bang and with_bang or action)
    elseif not command then
      return say.info('no review is open here: `:Glossator show` opens one.')
    end
    with_proposal(it, function(one)
      local client = vim.lsp.get_client_by_id(one.client_id)
      if client then
        request.run(client, command, { id = one.proposal.id })
      end
    end)
  end
end

---@param it glossator.Invocation
local function index(it)
  if it.text ~= 'pause' and it.text ~= 'resume' then
    return say.error('`index` takes `pause` or `resume`.')
  end
  request.run(it.client, 'index.' .. it.text, {})
end

---@type table<string, fun(it: glossator.Invocation)>
local with_server = {
  document = by_bang(of_file(), of_place('document')),
  documentAll = of_file(),
  update = by_bang(of_file('drifted'), of_place('document')),
  fix = fix,
  edit = of_text('edit'),
  ask = ask,
  explain = of_place('explain'),
  ['do'] = of_text('do'),
  review = of_place('review'),
  search = search,
  cancel = cancel,
  status = status,
  show = show,
  accept = in_review('accept', 'accept_file'),
  discard = in_review('discard', 'discard_all', 'proposal.discard'),
  apply = in_review('apply', 'apply', 'proposal.apply'),
  index = index,
  prompt = function(it)
    require('glossator.prompts').run(it.client, it.text, it.bang)
  end,
}

---@type table<string, fun()>
local without_server = {
  evidence = function()
    require('glossator.evidence').open()
  end,
  answer = function()
    require('glossator.answers.view').open()
  end,
  plan = function()
    require('glossator.plan').open()
  end,
  log = function()
    require('glossator.log').open()
  end,
  restart = function()
    require('glossator.server').restart()
  end,
  stop = function()
    require('glossator.server').stop()
  end,
}

---Run `run` with the text that a person gives, now or when asked.
---@param subcommand glossator.Subcommand
---@param text string
---@param run fun(text: string)
local function with_text(subcommand, text, run)
  if text ~= '' or not subcommand.needs then
    return run(text)
  end
  vim.ui.input({ prompt = subcommand.needs }, function(given)
    if given and vim.trim(given) ~= '' then
      run(given)
    end
  end)
end

---@param call vim.api.keyset.create_user_command.command_args
function M.run(call)
  if vim.fn.has('nvim-0.11') == 0 then
    return say.error('Neovim 0.11 or newer is needed: update it.')
  end
  local read, problem = command_line.parse(call.args)
  if not read then
    return say.error(problem --[[@as string]])
  end
  local name = read.subcommand.name
  if without_server[name] then
    return without_server[name]()
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local client = request.client(bufnr)
  if not client then
    local waits = require('glossator.server').when_started(bufnr, function()
      M.run(call)
    end)
    if waits then
      return say.info('the server is starting; what you asked for follows.')
    end
    return say.error(request.why_not(bufnr))
  end
  local lines = call.range > 0 and { first = call.line1, last = call.line2 } or nil
  with_text(read.subcommand, read.text, function(text)
    with_server[name]({ client = client, text = text, lines = lines, bang = call.bang })
  end)
end

---@param takes glossator.Takes
---@return string[]
local function candidates(takes)
  if takes == 'job' then
    local known = require('glossator.status').known
    local found = {} ---@type string[]
    for _, client in ipairs(vim.lsp.get_clients({ name = 'glossator' })) do
      for _, it in ipairs((known(client.id) or { jobs = {} }).jobs) do
        table.insert(found, tostring(it.job))
      end
    end
    return found
  elseif takes == 'proposal' then
    return vim.tbl_map(function(it)
      return it.proposal.id
    end, require('glossator.proposals').waiting())
  elseif takes == 'index' then
    return { 'pause', 'resume' }
  end
  return {}
end

---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(lead, line, position)
  return command_line.complete(line:sub(1, position), lead, candidates)
end

return M
