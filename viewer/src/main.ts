// The entry: styles, then the application.
import './styles/main.css';
import { start } from './app/start';

const root = document.getElementById('app');
if (root) start(root);
