import { render } from 'preact';
import { Shell } from './shell.tsx';
import { keepListening } from './world/live.ts';
import './style/base.css';
import './style/now.css';
import './style/incident.css';

const page = document.getElementById('page');
if (page === null) throw new Error('the document has no element #page');
render(<Shell />, page);
void keepListening();
