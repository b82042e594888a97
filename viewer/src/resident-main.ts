// The entry of the residents' page: styles, then the application.
import './styles/resident-main.css';
import { startResident } from './resident/start';

const root = document.getElementById('resident');
if (root) startResident(root);
