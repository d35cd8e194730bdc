import '$shared/theme.css';
import './people/people.css';
import { mount } from 'svelte';
import { words } from '$shared/i18n/i18n.svelte';
import { theme } from '$shared/theme.svelte';
import App from './App.svelte';

theme.restore();
words.restore();
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
mount(App, { target });
