// Logs in with Okta's own JavaScript SDK and prints what it saw, as one line of JSON.
//
//   OKTA_ORG, OKTA_USERNAME, OKTA_PASSWORD   where and who
//   FACTOR    TYPE or TYPE:PROVIDER, the factor to use (default: the first one)
//   CODE      what to type; without it, the sandbox is asked what is right
//   RESEND    ask for a second push or message, if set
//
// CommonJS, because NODE_PATH says where the SDK is and only `require` looks there. The sandbox's certificate comes by
// NODE_EXTRA_CA_CERTS.
'use strict';

const { OktaAuth } = require('@okta/okta-auth-js');

const { OKTA_ORG: org, OKTA_USERNAME: username, OKTA_PASSWORD: password, FACTOR, CODE, RESEND } = process.env;

// The statuses, in the order they were seen.
const seen = { statuses: [] };

async function code(factor) {
  if (CODE !== undefined) return CODE;
  const answer = await fetch(`${org}/sandbox/code/${username}/${factor.factorType}:${factor.provider}`);
  if (!answer.ok) throw new Error(`no code: ${answer.status}`);
  return (await answer.text()).trim();
}

function note(transaction) {
  seen.statuses.push([transaction.status, transaction.factorResult].filter(Boolean).join(' '));
  return transaction;
}

async function verify(transaction) {
  const [type, provider] = FACTOR === undefined ? [] : FACTOR.split(/:(?=[A-Z_]+$)/);
  const factor = transaction.factors.find(
    (one) => (type === undefined || one.factorType === type) && (provider === undefined || one.provider === provider),
  );
  seen.factor = `${factor.factorType}/${factor.provider}`;
  switch (factor.factorType) {
    case 'push': {
      const sent = note(await factor.verify({ autoPush: false, rememberDevice: false }));
      const ended = await sent.poll({
        delay: 50,
        autoPush: false,
        transactionCallBack: (answer) => {
          const challenge = answer._embedded.factor._embedded;
          if (challenge) seen.correctAnswer = challenge.challenge.correctAnswer;
        },
      });
      return ended;
    }
    case 'sms':
    case 'call':
    case 'email': {
      let sent = note(await factor.verify());
      if (RESEND !== undefined) sent = note(await sent.resend(factor.factorType));
      return sent.verify({ passCode: await code(factor) });
    }
    case 'question':
      return factor.verify({ answer: await code(factor) });
    default:
      return factor.verify({ passCode: await code(factor) });
  }
}

async function main() {
  const sdk = new OktaAuth({ issuer: `${org}/oauth2/default`, clientId: '0oasandbox', redirectUri: `${org}/` });
  let transaction = note(
    await sdk.signInWithCredentials({ username, password, options: { warnBeforePasswordExpired: true } }),
  );
  if (transaction.status === 'MFA_REQUIRED') transaction = note(await verify(transaction));
  if (transaction.status === 'PASSWORD_WARN') {
    seen.passwordExpireDays = transaction.policy.expiration.passwordExpireDays;
    transaction = note(await transaction.skip());
  }
  if (transaction.status === 'SUCCESS') {
    seen.login = transaction.user.profile.login;
    const answer = await fetch(`${org}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionToken: transaction.sessionToken }),
    });
    seen.session = (await answer.json()).status;
  } else {
    // What the SDK has made of the links.
    seen.next = Object.keys(transaction).filter((name) => typeof transaction[name] === 'function');
  }
}

main()
  .catch((error) => {
    seen.error = error.errorCode ?? error.message;
    seen.summary = error.errorSummary;
  })
  .then(() => process.stdout.write(`${JSON.stringify(seen)}\n`));
