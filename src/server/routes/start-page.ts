import type {Route} from './route.ts';

/** A page that names the other routes. */
export const startPageRoute = (path: string, routes: readonly Route[]): Route => {
  const items = routes.map((route) => `<li><a href="${route.path}">${route.path}</a>: ${route.about}</li>`);
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>speedtest-bridge</title>
<h1>speedtest-bridge</h1>
<ul>
${items.join('\n')}
</ul>
</html>
`;
  return {
    path,
    zone: 'page',
    about: 'this page',
    answer: (reply) => {
      void reply.header('content-type', 'text/html; charset=utf-8');
      return page;
    },
  };
};
