// The entry of the pages for those who work on renewal: styles, then the application.
import './styles/renewal-main.css';
import { startRenewal } from './renewal/start';

const root = document.getElementById('renewal');
if (root) startRenewal(root);
