// The cases of tests/cases/iam, asked of moshimo and of @cloud-copilot/iam-simulate; prints where they differ.
//
//   node iam_simulate.mjs FOLDER_WITH_NODE_MODULES DECISIONS
//
// DECISIONS is what moshimo decided: a line per case with file, title and verdict, separated by tabs. A difference is
// explained when docs/policies.md lists the title of its case. Ends with 1 when one is not, or one is listed that is no
// difference.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [modules, decisions] = process.argv.slice(2).map((path) => resolve(path))
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const require = createRequire(join(modules, 'package.json'))
const { runSimulation, runUnsafeSimulation, anonymousPrincipal } = await import(
  pathToFileURL(require.resolve('@cloud-copilot/iam-simulate')).href
)

const words = { Allowed: 'allowed', ExplicitlyDenied: 'explicit deny', ImplicitlyDenied: 'implicit deny' }

// The principal as the peer writes it, and the condition keys that follow from it, which the peer expects in the
// request.
function caller(at) {
  const account = (arn) => arn.split(':')[4]
  const signed = (arn, type) => ({
    'aws:PrincipalAccount': account(arn),
    'aws:PrincipalType': type,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'kms:CallerAccount': account(arn),
  })
  if (at.user) {
    const keys = { ...signed(at.user, 'User'), 'aws:PrincipalArn': at.user, 'aws:username': at.user.split('/').pop() }
    if (at.id) keys['aws:userid'] = at.id
    return { principal: at.user, account: account(at.user), keys }
  }
  if (at.role) {
    const session = at.session ?? 'session'
    const keys = { ...signed(at.role, 'AssumedRole'), 'aws:PrincipalArn': at.role }
    if (at.id) keys['aws:userid'] = `${at.id}:${session}`
    const principal = `arn:aws:sts::${account(at.role)}:assumed-role/${at.role.split('/').pop()}/${session}`
    return { principal, account: account(at.role), keys }
  }
  if (at.federated) {
    const session = at.session ?? 'session'
    const principal = `arn:aws:sts::${account(at.federated)}:federated-user/${session}`
    const keys = { ...signed(at.federated, 'FederatedUser'), 'aws:PrincipalArn': principal }
    keys['aws:userid'] = `${account(at.federated)}:${session}`
    return { principal, account: account(at.federated), keys }
  }
  if (at.root) {
    const arn = `arn:aws:iam::${at.root}:root`
    return { principal: arn, account: at.root, keys: { ...signed(arn, 'Account'), 'aws:PrincipalArn': arn, 'aws:userid': at.root } }
  }
  if (at.service) {
    const keys = { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': at.service }
    return { principal: at.service, account: '', keys }
  }
  if (at.provider) return { principal: at.provider, account: '', keys: { 'aws:FederatedProvider': at.provider } }
  return { principal: anonymousPrincipal, account: '', keys: { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalIsAWSService': 'false' } }
}

function simulation(c, shared) {
  const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value])
  const document = (at) => {
    const found = typeof at === 'string' ? shared[at] : at
    return Array.isArray(found) || !found.Statement ? { Version: '2012-10-17', Statement: [found].flat() } : found
  }
  // The peer adds RCPFullAWSAccess itself and refuses to be given it.
  const named = (policies) =>
    list(policies)
      .filter((at) => at !== 'RCPFullAWSAccess')
      .map((at, i) => ({ name: `p${i}`, policy: document(at) }))
  const levels = (path, isExempt) =>
    isExempt ? [] : list(path).map((level, i) => ({ orgIdentifier: `level-${i}`, policies: named(level) }))
  const merged = (policies) => {
    const documents = list(policies).map(document)
    if (documents.length < 2) return documents[0]
    return { Version: '2012-10-17', Statement: documents.flatMap((d) => d.Statement) }
  }
  const who = caller(c.caller)
  const resource = c.resource ?? '*'
  const accountId = c.resource_account || (resource.startsWith('arn:') && resource.split(':')[4]) || who.account || '111111111111'
  const own = new Set(Object.keys(c.keys ?? {}).map((key) => key.toLowerCase()))
  const derived = { ...who.keys, 'aws:SecureTransport': 'true', 'aws:ResourceAccount': accountId }
  const contextVariables = { ...c.keys }
  for (const [key, value] of Object.entries(derived)) if (!own.has(key.toLowerCase())) contextVariables[key] = value
  return {
    request: { principal: who.principal, action: c.action, resource: { resource, accountId }, contextVariables },
    sessionPolicy: c.session === undefined ? undefined : merged(c.session),
    identityPolicies: named(c.identity),
    serviceControlPolicies: levels(c.scps, c.scps_of_management_account),
    resourceControlPolicies: levels(c.rcps, c.rcps_of_management_account),
    resourcePolicy: merged(c.resource_policy ?? c.trust),
    permissionBoundaryPolicies: c.boundary === undefined ? undefined : named(c.boundary),
  }
}

// The checked entry knows which condition keys an action has and leaves the others out, so a case that sets others goes
// to the unchecked one. That one takes neither resource nor session policies, so for these there is no answer then.
async function ask(c, shared) {
  const asked = simulation(c, shared)
  const result = await runSimulation(asked, {})
  const given = new Set(Object.keys(c.keys ?? {}))
  const ignored = [result.result, ...(result.results ?? [])].flatMap((r) => r?.ignoredContextKeys ?? [])
  if (result.resultType !== 'error' && !ignored.some((key) => given.has(key))) return words[result.overallResult]
  if (asked.resourcePolicy === undefined && asked.sessionPolicy === undefined && asked.resourceControlPolicies.length === 0) {
    return words[runUnsafeSimulation(asked, {})]
  }
  const reason = result.resultType === 'error' ? JSON.stringify(result.errors) : `leaves out the keys ${ignored.filter((key) => given.has(key))}`
  return `no answer: ${reason}`
}

const ours = new Map()
for (const line of readFileSync(decisions, 'utf8').split('\n').filter(Boolean)) {
  const [file, title, verdict] = line.split('\t')
  ours.set(`${file}: ${title}`, verdict)
}

const page = readFileSync(join(root, 'docs/policies.md'), 'utf8').split('## Against another evaluator')[1]
const explained = new Set(page.split('\n').filter((line) => line.startsWith('- ')).map((line) => line.slice(2)))
let [asked, differ, open] = [0, 0, 0]
for (const file of readdirSync(join(root, 'tests/cases/iam')).filter((name) => name.endsWith('.json')).sort()) {
  const { defaults = {}, policies = {}, cases } = JSON.parse(readFileSync(join(root, 'tests/cases/iam', file), 'utf8'))
  for (const entry of cases) {
    const c = { ...defaults, ...entry }
    for (const key of Object.keys(c)) if (c[key] === null) delete c[key]
    let theirs
    try {
      theirs = await ask(c, policies)
    } catch (error) {
      theirs = `no answer: ${error.message}`
    }
    const verdict = ours.get(`${file}: ${c.title}`)
    ++asked
    if (theirs === verdict) continue
    ++differ
    const isExplained = explained.delete(c.title)
    if (!isExplained) ++open
    console.log(`${isExplained ? 'explained  ' : 'UNEXPLAINED'}  ${file}: ${c.title}\n               moshimo: ${verdict}; iam-simulate: ${theirs}`)
  }
}
for (const title of explained) console.log(`NO DIFFERENCE  ${title}`)
console.log(`${asked} cases, ${asked - differ} decided alike, ${differ} not, ${open} of them not explained in docs/policies.md`)
process.exitCode = open > 0 || explained.size > 0 ? 1 : 0
